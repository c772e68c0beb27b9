/** The shape of `assets.yaml`. */
import { isIP } from 'node:net';
import { z } from 'zod';

const provider = z.string().min(1).max(64);
const name = z.string().min(1).max(254);
const kind = z.enum(['account', 'device', 'router', 'service']);
const domain = z
  .string()
  .max(253)
  .regex(/^[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?$/, 'must be a domain in ASCII');
const network = z.string().refine(isNetwork, 'must be a network such as 192.0.2.0/24');

function isNetwork(text: string): boolean {
  const [address = '', bits = '', ...rest] = text.split('/');
  const family = isIP(address);
  return (
    family !== 0 && rest.length === 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= (family === 6 ? 128 : 32)
  );
}

/** How many assets one name stands for, as a mailing group does. */
const size = z.int().min(1).max(1_000_000).default(1);

/** One way to recognise assets: every mailbox of a domain, a name's beginning, an IP network, or one name. */
const entry = z.union([
  z.strictObject({
    kind: z.literal('account'),
    domain,
    aliases: z.array(domain).max(100).default([]),
    provider,
  }),
  z.strictObject({ kind, prefix: name, provider }),
  z.strictObject({ kind, network, provider }),
  z.strictObject({ kind, name, provider, size }),
]);

const protectedEntry = z.strictObject({
  name,
  because: z.string().min(1).max(200),
  /** Every other name the directory knows it by: addresses, immutable ids, security identifiers, groups holding it. */
  aliases: z.array(name).max(100).default([]),
});

export const assetList = z.strictObject({
  assets: z.array(entry).max(1000),
  protected: z.array(protectedEntry).max(1000),
});

export type AssetEntry = z.output<typeof entry>;
export type AssetList = z.output<typeof assetList>;
