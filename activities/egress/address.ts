/** Which addresses belong to strangers on the internet, and which to this machine, its network or its cloud. */
import ipaddr from 'ipaddr.js';

/** Reachable like any public address, yet inside: Azure's host agent, and NAT64 prefixes a site may choose. */
const INSIDE = [ipaddr.parseCIDR('168.63.129.16/32'), ipaddr.parseCIDR('64:ff9b:1::/48')];

/**
 * True for a globally routable unicast address. Everything that carries another address inside itself
 * (mapped, 6to4, Teredo, NAT64) is judged by what it carries or not let through at all.
 */
export function isPublicAddress(text: string): boolean {
  if (!ipaddr.isValid(text)) return false;
  const address = ipaddr.process(text);
  if (address.range() !== 'unicast') return false;
  return INSIDE.every(([net, bits]) => net.kind() !== address.kind() || !address.match(net, bits));
}

/** A host as it stands in a parsed URL: an address without its brackets, or null for a name. */
export function literalAddress(hostname: string): string | null {
  const bare = hostname.replace(/^\[(.*)\]$/, '$1');
  return ipaddr.IPv4.isValidFourPartDecimal(bare) || ipaddr.IPv6.isValid(bare) ? bare : null;
}
