/** Which provider a run acts through, when nobody says: that of the accounts it is given. */
import type { JsonObject } from '../workflows/language/json.ts';
import type { World } from './world.ts';

/** Accounts that the directory does not know: most likely why no provider was found. */
export function noProvider(world: World, context: JsonObject): readonly string[] {
  const unknown = Object.entries(context).flatMap(([name, value]) =>
    typeof value === 'string' && value.includes('@') && world.providerOf(value) === null ? [name] : [],
  );
  return unknown.map(
    (name) =>
      `context: ${name} names an account that is not in the asset directory, so no provider is known for it. ` +
      'List its domain in assets.yaml of the policies, or name options.provider',
  );
}

/** The provider of the accounts named in the context, where they agree; otherwise it must be said. */
export function providerFor(world: World, context: JsonObject): string | undefined {
  const providers = new Set<string>();
  for (const value of Object.values(context)) {
    const provider = typeof value === 'string' ? world.providerOf(value) : null;
    if (provider !== null) providers.add(provider);
  }
  const [only] = providers;
  return providers.size === 1 ? only : undefined;
}
