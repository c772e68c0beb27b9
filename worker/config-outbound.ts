/** Systems that are reached over HTTP, from cordon.yaml into the terms of each connector. */
import type { DefenderConfig } from '../activities/connectors/defender/config.ts';
import type { Channel } from '../activities/connectors/notify/config.ts';
import type { ChannelFile } from './config-outbound-sections.ts';
import type { ConfigFile } from './config-schema.ts';

type Section<Name extends keyof ConfigFile['connectors']> = NonNullable<ConfigFile['connectors'][Name]>;

export function defenderFrom(file: Section<'defender'>): DefenderConfig {
  return {
    tenantId: file.tenant,
    clientId: file.client_id,
    clientSecret: file.client_secret,
    pollMs: file.poll_seconds * 1000,
    ...(file.api_url === undefined ? {} : { apiRoot: file.api_url }),
    ...(file.authority_url === undefined ? {} : { authorityHost: file.authority_url }),
    ...(file.package_hosts === undefined ? {} : { packageHosts: file.package_hosts }),
  };
}

export function channelFrom(file: ChannelFile): Channel {
  if ('mail' in file) return { kind: 'mail', address: file.mail };
  if ('slack_bot' in file) {
    const { slack_bot: token, channel, api_url: api } = file;
    return { kind: 'slack_bot', token, channel, ...(api === undefined ? {} : { api }) };
  }
  const hosts = file.hosts === undefined ? {} : { hosts: file.hosts };
  return 'slack_webhook' in file
    ? { kind: 'slack_webhook', url: file.slack_webhook, ...hosts }
    : { kind: 'teams_workflow', url: file.teams_workflow, ...hosts };
}

/** Credentials of channels; a webhook's URL is one. */
function credentialsOf(channels: { readonly [name: string]: ChannelFile }): readonly string[] {
  return Object.values(channels).flatMap((file) => {
    if ('mail' in file) return [];
    if ('slack_bot' in file) return [file.slack_bot];
    return ['slack_webhook' in file ? file.slack_webhook : file.teams_workflow];
  });
}

export const EVIDENCE_READER = 'evidence';
export const VAULT_READER = 'vault';

/** Which credential belongs to whom. */
export function outboundCredentials({
  connectors,
  secrets,
  evidence_s3: s3,
}: ConfigFile): readonly (readonly [reference: string | undefined, reader: string])[] {
  return [
    [connectors.defender?.client_secret, 'defender'],
    ...credentialsOf(connectors.notify?.channels ?? {}).map((one) => [one, 'notify'] as const),
    [s3?.access_key, EVIDENCE_READER],
    [s3?.secret_key, EVIDENCE_READER],
    [secrets.vault?.token, VAULT_READER],
    [secrets.vault?.secret_id, VAULT_READER],
  ];
}

/** Evidence in a bucket; its keys are references. */
export interface EvidenceS3 {
  readonly bucket: string;
  readonly region: string;
  readonly endpoint: string | null;
  readonly prefix: string;
  readonly pathStyle: boolean | null;
  readonly lock: { readonly mode: 'GOVERNANCE' | 'COMPLIANCE'; readonly days: number } | null;
  readonly accessKey: string;
  readonly secretKey: string;
}

export function evidenceS3From(file: ConfigFile['evidence_s3']): EvidenceS3 | null {
  if (file === undefined) return null;
  const { lock } = file;
  return {
    bucket: file.bucket,
    region: file.region,
    endpoint: file.endpoint ?? null,
    prefix: file.prefix,
    pathStyle: file.path_style ?? null,
    lock:
      lock === undefined
        ? null
        : { mode: lock.mode === 'compliance' ? 'COMPLIANCE' : 'GOVERNANCE', days: lock.days },
    accessKey: file.access_key,
    secretKey: file.secret_key,
  };
}

/** A vault; its credentials are references, and never to itself. */
export interface VaultSettings {
  readonly url: string;
  readonly mount: string;
  readonly namespace: string | null;
  readonly keepUnder: string;
  readonly credential:
    | { readonly kind: 'token'; readonly token: string }
    | {
        readonly kind: 'approle';
        readonly mount: string;
        readonly roleId: string;
        readonly secretId: string;
      };
}

export function vaultFrom(file: ConfigFile['secrets']['vault']): VaultSettings | null {
  if (file === undefined) return null;
  const { token, role_id: roleId = '', secret_id: secretId = '', approle_mount: mount } = file;
  return {
    url: file.url,
    mount: file.mount,
    namespace: file.namespace ?? null,
    keepUnder: file.keep_under,
    credential: token === undefined ? { kind: 'approle', mount, roleId, secretId } : { kind: 'token', token },
  };
}
