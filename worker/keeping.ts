/** What a deployment keeps: secrets and evidence, as configured. Used by the worker, and by commands that look at either. */
import { readFileSync } from 'node:fs';
import type { EgressSettings } from '../activities/egress/egress.ts';
import { openLocalEvidence } from '../activities/evidence/local.ts';
import { createS3Evidence } from '../activities/evidence/s3/s3.ts';
import type { EvidenceArchive } from '../activities/evidence/store.ts';
import type { SecretUse } from '../activities/secrets/binding.ts';
import { openSecrets, type OpenedSecrets, type Secrets } from '../activities/secrets/index.ts';
import { SecretUnavailable } from '../activities/secrets/unavailable.ts';
import { createVault, type Vault } from '../activities/secrets/vault/vault.ts';
import type { Config } from './config.ts';
import { EVIDENCE_READER, VAULT_READER, type VaultSettings } from './config-outbound.ts';

export type Outbound =
  | { readonly kind: 'outbound'; readonly egress: EgressSettings }
  | { readonly kind: 'problems'; readonly problems: readonly string[] };

/** How every connector gets out. */
export function outboundOf({ egress }: Pick<Config, 'egress'>): Outbound {
  const { privateHosts, authorities } = egress;
  if (authorities === null) return { kind: 'outbound', egress: { privateHosts } };
  try {
    return { kind: 'outbound', egress: { privateHosts, authorities: [readFileSync(authorities, 'utf8')] } };
  } catch {
    return { kind: 'problems', problems: [`egress.authorities: ${authorities} cannot be read`] };
  }
}

export function openConfiguredSecrets(
  { secrets }: Pick<Config, 'secrets'>,
  egress: EgressSettings,
): OpenedSecrets & { readonly vault?: Vault | null } {
  // The vault's own credential lies in another source, and is read when the vault is first asked.
  let opened: OpenedSecrets | null = null;
  const read = (reference: string) => async (): Promise<string> => {
    if (opened?.kind !== 'secrets') throw new Error('secrets are not open yet');
    return secretFor(opened.secrets, reference, VAULT_READER);
  };
  const vault = secrets.vault === null ? null : vaultOver(secrets.vault, read, egress);
  opened = openSecrets({
    env: process.env,
    envNames: secrets.env,
    fileFolder: secrets.file,
    keptFolder: secrets.kept,
    bindings: secrets.bindings,
    vault,
    keepIn: secrets.keepIn,
  });
  return { ...opened, vault };
}

function vaultOver(
  { credential, namespace, ...settings }: VaultSettings,
  read: (reference: string) => () => Promise<string>,
  egress: EgressSettings,
): Vault {
  return createVault(
    {
      ...settings,
      ...(namespace === null ? {} : { namespace }),
      credential:
        credential.kind === 'token'
          ? { kind: 'token', token: read(credential.token) }
          : { ...credential, secretId: read(credential.secretId) },
    },
    egress,
  );
}

/** In the bucket where one is configured, else in the folder. */
export async function openEvidence(
  { evidence, evidenceS3 }: Pick<Config, 'evidence' | 'evidenceS3'>,
  secrets: Secrets,
  egress: EgressSettings,
): Promise<EvidenceArchive> {
  if (evidenceS3 === null) return openLocalEvidence(evidence);
  const { endpoint, pathStyle, lock, accessKey, secretKey, ...bucket } = evidenceS3;
  return createS3Evidence(
    {
      ...bucket,
      ...(endpoint === null ? {} : { endpoint }),
      ...(pathStyle === null ? {} : { pathStyle }),
      ...(lock === null ? {} : { lock }),
      accessKeyId: () => secretFor(secrets, accessKey, EVIDENCE_READER),
      secretAccessKey: () => secretFor(secrets, secretKey, EVIDENCE_READER),
    },
    egress,
  );
}

/** Throws `SecretUnavailable` when this reader may not have it or it is not there. */
export async function secretFor(
  secrets: Secrets,
  reference: string,
  reader: string,
  use?: SecretUse,
): Promise<string> {
  const secret = await secrets.resolve(reference, reader, use);
  if (secret.kind === 'no_secret') throw new SecretUnavailable(secret.fault);
  return secret.value;
}
