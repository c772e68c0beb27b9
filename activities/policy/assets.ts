/**
 * The asset directory: what we manage, with which provider, and what no playbook may touch. A name is
 * known under exactly one id, however it is spelt; a name that cannot be read beyond doubt is unknown.
 */
import { BlockList, isIP } from 'node:net';
import type { AssetEntry, AssetList } from './asset-list.ts';
import { canonicalName, mailParts, networkOf, skeleton } from './asset-name.ts';

export type AssetKind = AssetEntry['kind'];

export interface Asset {
  /** Canonical: the same for every alias and spelling. */
  readonly id: string;
  readonly kind: AssetKind;
  /** Which system holds it, and so which connector acts on it. */
  readonly provider: string;
  readonly protected: boolean;
  /** How many assets the name stands for. */
  readonly size: number;
}

export type Found = { readonly kind: 'known'; readonly asset: Asset } | { readonly kind: 'unknown' };

export interface AssetDirectory {
  /** Looks a target up by any of its names. Pure; never throws. */
  find(target: string): Found;
}

export type OpenedDirectory =
  | { readonly kind: 'directory'; readonly directory: AssetDirectory }
  | { readonly kind: 'problems'; readonly problems: readonly string[] };

/**
 * Builds the directory. A protected name that matches no asset is a problem, because it is most likely
 * misspelt, and a misspelt protection protects nothing.
 */
export function createAssetDirectory(list: AssetList): OpenedDirectory {
  const matchers = list.assets.map(matcher);
  const match = (name: string): Asset | null => {
    for (const tryMatch of matchers) {
      const asset = tryMatch(name);
      if (asset) return asset;
    }
    return null;
  };
  const { ids, primaries, problems } = protect(list, match);
  if (problems.length > 0) return { kind: 'problems', problems };
  // A name that a person would take for a protected one is treated as if it were.
  const lookalikes = new Map([...ids].filter((id) => isIP(id) === 0).map((id) => [skeleton(id), id]));
  const find = (target: string): Found => {
    const holder = protectedWithin(target, ids);
    if (holder !== null)
      return { kind: 'known', asset: { ...(match(holder) ?? UNLISTED), id: holder, protected: true } };
    const name = canonicalName(target);
    const asset = name === null ? null : match(primaries.get(name) ?? name);
    if (asset === null) return { kind: 'unknown' };
    // The match may have led from an alias domain to the primary one, whose alias list counts too.
    const id = primaries.get(asset.id) ?? asset.id;
    const alike = ids.has(id) ? id : lookalikes.get(skeleton(id));
    return { kind: 'known', asset: { ...asset, id: alike ?? id, protected: alike !== undefined } };
  };
  return { kind: 'directory', directory: { find } };
}

/** Only its protection matters: nothing will act on it. */
const UNLISTED = { kind: 'service', provider: 'none', size: 1 } as const;

/** The protected address that lies inside a network, when the target is one. */
function protectedWithin(target: string, ids: ReadonlySet<string>): string | null {
  const network = networkOf(target);
  if (network === null) return null;
  const inside = [...ids].find((id) => isIP(id) !== 0 && network.check(id, isIP(id) === 6 ? 'ipv6' : 'ipv4'));
  return inside ?? null;
}

interface Protection {
  readonly ids: ReadonlySet<string>;
  /** From each alias to the id it stands for. */
  readonly primaries: ReadonlyMap<string, string>;
  readonly problems: readonly string[];
}

function protect(list: AssetList, match: Matcher): Protection {
  const ids = new Set<string>();
  const primaries = new Map<string, string>();
  const problems: string[] = [];
  for (const { name, aliases } of list.protected) {
    const canonical = canonicalName(name);
    const asset = canonical === null ? null : match(canonical);
    if (asset === null) {
      problems.push(`protected "${name}" matches no entry of assets; correct it, or list the asset`);
      continue;
    }
    ids.add(asset.id);
    for (const alias of aliases) {
      const other = canonicalName(alias);
      if (other === null) problems.push(`alias "${alias}" of protected "${name}" is not a readable name`);
      else primaries.set(other, asset.id);
    }
  }
  return { ids, primaries, problems };
}

type Matcher = (name: string) => Asset | null;

function matcher(entry: AssetEntry): Matcher {
  const size = 'size' in entry ? entry.size : 1;
  const asset = (id: string): Asset => ({
    id,
    kind: entry.kind,
    provider: entry.provider,
    protected: false,
    size,
  });
  if ('domain' in entry) {
    const domains = new Set([entry.domain, ...entry.aliases].map((domain) => domain.toLowerCase()));
    return (name) => {
      const mail = mailParts(name);
      return mail && domains.has(mail.domain) ? asset(`${mail.local}@${entry.domain.toLowerCase()}`) : null;
    };
  }
  if ('prefix' in entry) {
    const prefix = entry.prefix.toLowerCase();
    return (name) =>
      name.startsWith(prefix) && REST_OF_NAME.test(name.slice(prefix.length)) ? asset(name) : null;
  }
  if ('network' in entry) {
    const network = new BlockList();
    const [address = '', bits = ''] = entry.network.split('/');
    network.addSubnet(address, Number(bits), isIP(address) === 6 ? 'ipv6' : 'ipv4');
    return (name) =>
      isIP(name) !== 0 && network.check(name, isIP(name) === 6 ? 'ipv6' : 'ipv4') ? asset(name) : null;
  }
  const exact = canonicalName(entry.name);
  return (name) => (name === exact ? asset(name) : null);
}

/** What may follow a prefix: one host label's worth of characters (RFC 1123 allows 63), so no list, path or address. */
const REST_OF_NAME = /^[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?$/;
