/** Values that several task types take or return. */
import { z } from 'zod';

export const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

export const secretReference = z
  .string()
  .regex(/^secret:\/\/[a-z]+\/[A-Za-z0-9._/-]{1,200}(?:#[A-Za-z0-9._-]{1,64})?$/)
  .describe('A reference to a secret, never the secret: secret://<source>/<name>');

export const caseId = z.string().min(1).max(128);

/** A host name or serial number; compared in lower case. */
export const deviceId = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,252}$/)
  .describe('The device, by the id its inventory knows');

/** RFC 1035 2.3.4: at most 253 characters in dotted form. */
export const domainName = z
  .string()
  .max(253)
  .regex(/^[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,62}\.)*[A-Za-z0-9-]{1,63}$/)
  .describe('A domain name in ASCII');

export const routerAddress = z
  .string()
  .regex(/^[0-9A-Fa-f:.]{2,45}$/)
  .describe('The router, by its management address');

/** Where a person reads a document that a task wrote. */
export const documentLink = z.string().max(2048);

/** ISO 8601 in UTC, as `Date.prototype.toISOString` writes it. */
export const timestamp = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?Z$/);

export const storedItems = z.array(z.strictObject({ name: z.string(), sha256, bytes: z.int().min(0) }));

/** Something seen that points to an intruder. */
export const indicator = z.strictObject({
  type: z.enum(['domain', 'ip', 'sha256', 'process']),
  value: z.string().min(1).max(512),
});

/** Process ids are positive; Linux allows 2^22, Windows counts in 32 bits. */
export const processId = z.int().min(1).max(4_294_967_295);

/** Which process is meant: an id alone is given to another one sooner or later. */
export const processIdentity = z.strictObject({
  pid: processId,
  start_time: z.int().min(0).describe('When it began, in seconds since 1970'),
  path: z.string().min(1).max(1024).describe('Its executable'),
});

/** The host of an address, as policy knows where an action sends something. None where it is no address. */
export function hostOf(url: string): readonly string[] {
  const host = URL.parse(url)?.hostname;
  return host === undefined ? [`host:${url.slice(0, 253)}`] : [`host:${host}`];
}

/** The domain that mail to this address leaves for. */
export function mailDomainOf(address: string): readonly string[] {
  const domain = address.split('@').at(-1);
  return address.includes('@') && domain !== undefined ? [`mail:${domain.toLowerCase()}`] : [];
}

/** Devices and routers as policy and the asset list know them. */
export function assetTarget(name: string): string {
  return name.normalize('NFKC').toLowerCase();
}
