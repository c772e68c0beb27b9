/** The provider of the accounts that a context names, where they agree; otherwise it must be said. */
import type { AssetDirectory } from '../../activities/policy/assets.ts';
import type { JsonObject } from '../../workflows/language/json.ts';

export function providerOf(context: JsonObject, directory: AssetDirectory): string | undefined {
  const providers = new Set<string>();
  for (const value of Object.values(context)) {
    const found = typeof value === 'string' && value.includes('@') ? directory.find(value) : null;
    if (found?.kind === 'known') providers.add(found.asset.provider);
  }
  const [only] = providers;
  return providers.size === 1 ? only : undefined;
}
