/** One spelling per name, so that a rule about an asset holds however the asset was written. */
import { BlockList, isIP, SocketAddress } from 'node:net';

/** RFC 5321 4.5.3.1: a path of 256 with its brackets leaves 254 for a mail address; other names are shorter. */
const LONGEST_NAME = 254;

/**
 * NFKC, lower case, no `+tag`, no trailing dot of the domain, one form per IP address. Null for what cannot
 * be read beyond doubt: control characters, blanks, and letters outside ASCII, which may only look like ours.
 */
export function canonicalName(raw: string): string | null {
  if (raw.length > LONGEST_NAME) return null;
  const name = raw.normalize('NFKC').toLowerCase();
  if (!/^[\x21-\x7e]+$/.test(name)) return null;
  if (isIP(name) !== 0) return canonicalAddress(name);
  const mail = mailParts(name);
  if (mail) return `${mail.local}@${mail.domain}`;
  return name.includes('@') ? null : name;
}

/** Local part without its tag, and domain, of a mail address; null when it is none. */
export function mailParts(name: string): { readonly local: string; readonly domain: string } | null {
  const match = /^([^@+"(),:;<>[\\\]]+)(?:\+[^@]*)?@([a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)\.?$/.exec(name);
  const [, local, domain] = match ?? [];
  return local !== undefined && domain !== undefined ? { local, domain } : null;
}

function canonicalAddress(address: string): string | null {
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
  // A zone (`fe80::1%eth0`) names an interface of this machine, never an asset.
  if (address.includes('%')) return null;
  const plain = new SocketAddress({ address, family }).address.toLowerCase();
  return plain.startsWith('::ffff:') && isIP(plain.slice(7)) === 4 ? plain.slice(7) : plain;
}

/** What the eye makes of a canonical name: letters and digits that look alike become one. */
export function skeleton(name: string): string {
  return name
    .replaceAll('0', 'o')
    .replace(/[1i|!]/g, 'l')
    .replaceAll('rn', 'm')
    .replaceAll('vv', 'w');
}

/** A network in CIDR notation; null for every other name. */
export function networkOf(raw: string): BlockList | null {
  const [address = '', bits = '', ...rest] = raw.normalize('NFKC').trim().split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0 || !/^\d{1,3}$/.test(bits)) return null;
  if (Number(bits) > (family === 6 ? 128 : 32)) return null;
  const network = new BlockList();
  network.addSubnet(address, Number(bits), family === 6 ? 'ipv6' : 'ipv4');
  return network;
}
