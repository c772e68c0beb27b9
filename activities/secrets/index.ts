/** From configuration to secrets: which sources there are, who may read what, and what must never be shown. */
import { objectionTo, type Binding, type Bindings, type SecretUse } from './binding.ts';
import { createEnvSource } from './env.ts';
import { createFileSource } from './file.ts';
import { createKeptStore } from './kept.ts';
import { inspectSecrets } from './inspect.ts';
import type { KeptSecret } from './kept.ts';
import { createLineGuard, type LineGuard } from './line-guard.ts';
import { createRedactor } from './redact.ts';
import { noSecret, parseReference } from './source.ts';
import type { NoSecret, Reference, Secret, SecretSource } from './source.ts';
import { createVaultKeeper } from './vault/keep.ts';
import { createVaultSource } from './vault/source.ts';
import type { Vault } from './vault/vault.ts';

export interface SecretsConfig {
  readonly env: { readonly [name: string]: string | undefined };
  /** Variables that are secrets although their names lack the prefix `CORDON_SECRET_`; so are those in `bindings`. */
  readonly envNames: readonly string[];
  /** Folder of `secret://file/…`, mode 0700. Null: there is no such source. */
  readonly fileFolder: string | null;
  /** Folder of `secret://kept/…`; made when missing. */
  readonly keptFolder: string;
  /** Who may read a reference, and for what. One that is not listed is open to every reader, unless it is a vault's. */
  readonly bindings: Bindings;
  /** Null or absent: there is no such source. */
  readonly vault?: Vault | null;
  /** Where secrets that Cordon makes are kept: in the folder (default), or in the vault. */
  readonly keepIn?: 'folder' | 'vault';
}

export interface Secrets {
  /**
   * The value behind a reference, for this reader and nobody else. A connector reads its own credentials under
   * its name, and a reference that came in as a task's input under `<name>:inputs`, so that a playbook cannot
   * hand a connector's credential to an action as if it were data. Never throws; a value that was resolved is
   * blotted out by `redact` from then on.
   */
  resolve(reference: string, reader: string, use?: SecretUse): Promise<Secret | NoSecret>;
  /** Makes a secret once and keeps it, see `KeptStore.keep`. Throws when it cannot be stored. */
  keep(name: string, make: () => string): Promise<KeptSecret>;
  /** Removes what was kept under the name, see `KeptStore.forget`. Null where the vault keeps it: there a person must. */
  forget(name: string): Promise<boolean | null>;
  /** Blots out every secret resolved or made so far. For every log line and error text. */
  redact(text: string): string;
  /** The same for lines that come one after the other: also what two of them make up together. */
  guardLines(write: (line: string) => void): LineGuard;
  /** Faults that show before a secret is used, each with what to do; see `inspectSecrets`. */
  inspect(): Promise<readonly string[]>;
}

export type OpenedSecrets =
  | { readonly kind: 'secrets'; readonly secrets: Secrets }
  | { readonly kind: 'problems'; readonly problems: readonly string[] };

/** Refuses bindings of what is no reference or names no source: a misspelt binding binds nothing. */
export function openSecrets(config: SecretsConfig): OpenedSecrets {
  const folder = createKeptStore(config.keptFolder);
  const vault = config.vault ?? null;
  const sources = sourcesOf(config, folder);
  const kept = config.keepIn === 'vault' && vault !== null ? createVaultKeeper(vault) : folder;
  const bindings: ReadonlyMap<string, Binding> = new Map(Object.entries(config.bindings));
  const problems = [...bindings.keys()].flatMap((reference, at) => {
    const parsed = parseReference(reference);
    if (parsed && sources.has(parsed.source)) return [];
    return [
      `secrets.bindings: entry ${at + 1} is no reference to a source in use (${[...sources.keys()].join(', ')})`,
    ];
  });
  if (problems.length > 0) return { kind: 'problems', problems };
  const redactor = createRedactor();
  // What Cordon keeps there itself is as open as what it keeps in its folder.
  const isClosed = ({ source, name }: Reference): boolean =>
    source === 'vault' && vault !== null && !name.startsWith(`${vault.keepUnder}/`);
  const secrets: Secrets = {
    async resolve(reference, reader, use = {}) {
      const found = await find({ sources, bindings, isClosed }, reference, { ...use, reader });
      if (found.kind === 'secret') redactor.learn(found.value);
      return found;
    },
    async keep(name, make) {
      const secret = await kept.keep(name, make);
      redactor.learn(secret.value);
      return secret;
    },
    forget: async (name) => (kept === folder ? folder.forget(name) : null),
    redact: (text) => redactor.redact(text),
    guardLines: (write) => createLineGuard(redactor, write),
    inspect: () => inspectSecrets(config, (reference, reader) => secrets.resolve(reference, reader)),
  };
  return { kind: 'secrets', secrets };
}

function sourcesOf(config: SecretsConfig, kept: SecretSource): Access['sources'] {
  const bound = Object.keys(config.bindings).map(parseReference);
  const named = bound.flatMap((one) => (one?.source === 'env' ? [one.name] : []));
  const sources = new Map<string, SecretSource>([
    ['env', createEnvSource(config.env, new Set([...config.envNames, ...named]))],
    ['kept', kept],
  ]);
  if (config.fileFolder !== null) sources.set('file', createFileSource(config.fileFolder));
  if (config.vault) sources.set('vault', createVaultSource(config.vault));
  return sources;
}

interface Access {
  readonly sources: ReadonlyMap<string, SecretSource>;
  readonly bindings: ReadonlyMap<string, Binding>;
  readonly isClosed: (reference: Reference) => boolean;
}

async function find(
  { sources, bindings, isClosed }: Access,
  reference: string,
  use: SecretUse & { readonly reader: string },
): Promise<Secret | NoSecret> {
  const parsed = parseReference(reference);
  // What is no reference may be a secret that someone put in the wrong place, so it is not quoted.
  if (parsed === null)
    return noSecret('secret_reference', 'not a secret reference; write secret://<source>/<name>');
  const objection = objectionTo(reference, isClosed(parsed), bindings.get(reference), use);
  if (objection !== null) return noSecret('secret_bound', objection);
  const source = sources.get(parsed.source);
  if (source === undefined)
    return noSecret('secret_source', `${reference}: there is no source "${parsed.source}"`);
  return source.get(parsed.name);
}
