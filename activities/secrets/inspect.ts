/**
 * What is wrong with secrets as far as it shows before one is used: values that are none, places that are open to
 * others. A secret that is not there is no fault: it may be brought before it is needed.
 */
import { stat } from 'node:fs/promises';
import { ENV_PREFIX } from './env.ts';
import { isList } from './binding.ts';
import { flawOfKept } from './kept.ts';
import type { SecretsConfig } from './index.ts';
import { acceptSecret, type NoSecret, type Secret } from './source.ts';

/** Codes of `NoSecret` that a wait does not mend. */
const LASTING = new Set([
  'secret_too_short',
  'secret_too_large',
  'secret_is_common',
  'secret_folder_open',
  'secret_outside',
  'secret_source',
]);

/** One sentence each, with what to do and without the value. */
export async function inspectSecrets(
  config: SecretsConfig,
  resolve: (reference: string, reader: string) => Promise<Secret | NoSecret>,
): Promise<readonly string[]> {
  const found: (string | null)[] = [
    await flawOfFolder(config.fileFolder),
    await flawOfKept(config.keptFolder),
  ];
  for (const [reference, binding] of Object.entries(config.bindings)) {
    const [reader] = isList(binding) ? binding : (binding.readers ?? []);
    if (reader !== undefined) found.push(lasting(await resolve(reference, reader)));
  }
  const named = Object.keys(config.env).filter(
    (name) => name.startsWith(ENV_PREFIX) || config.envNames.includes(name),
  );
  for (const name of named) {
    const value = config.env[name];
    if (value !== undefined && value !== '') found.push(lasting(acceptSecret(`secret://env/${name}`, value)));
  }
  return [...new Set(found.filter((problem) => problem !== null))];
}

function lasting(secret: Secret | NoSecret): string | null {
  return secret.kind === 'no_secret' && LASTING.has(secret.fault.code) ? secret.fault.message : null;
}

async function flawOfFolder(folder: string | null): Promise<string | null> {
  if (folder === null) return null;
  try {
    return ((await stat(folder)).mode & 0o077) === 0
      ? null
      : `${folder} may be entered by others; chmod 700 it`;
  } catch {
    // Not there yet; what is looked for in it will be missed by name.
    return null;
  }
}
