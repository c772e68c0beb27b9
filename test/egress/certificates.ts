/** X.509 certificates made on the spot, so that every way to be untrustworthy can be tried. */
import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';

export interface Certified {
  readonly cert: string;
  readonly key: string;
}
export interface Authority extends Certified {
  readonly issue: (wanted: Wanted) => Certified;
}
interface Wanted {
  readonly name: string;
  readonly address?: string;
  readonly from?: Date;
  readonly until?: Date;
}

const SOON = 24 * 3_600_000;

export function createAuthority(): Authority {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const self = certificate({ name: 'Test Authority' }, publicKey, 'Test Authority', privateKey, true);
  return {
    ...self,
    issue: (wanted) => {
      const own = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const { cert } = certificate(wanted, own.publicKey, 'Test Authority', privateKey, false);
      return { cert, key: pem(own.privateKey) };
    },
  };
}

function certificate(
  { name, address, from, until }: Wanted,
  subject: KeyObject,
  issuer: string,
  signer: KeyObject,
  authority: boolean,
): Certified {
  const ecdsaWithSha256 = sequence(oid('1.2.840.10045.4.3.2'));
  const names = address === undefined ? tagged(0x82, Buffer.from(name)) : tagged(0x87, ipv4(address));
  const extensions = sequence(
    extension('2.5.29.19', authority ? sequence(tagged(0x01, Buffer.from([0xff]))) : sequence()),
    extension('2.5.29.17', sequence(names)),
  );
  const body = sequence(
    tagged(0xa0, integer(Buffer.from([2]))),
    integer(Buffer.from([1, Math.floor(Math.random() * 128)])),
    ecdsaWithSha256,
    distinguishedName(issuer),
    sequence(instant(from ?? new Date(Date.now() - SOON)), instant(until ?? new Date(Date.now() + SOON))),
    distinguishedName(name),
    subject.export({ type: 'spki', format: 'der' }),
    tagged(0xa3, extensions),
  );
  const signature = tagged(0x03, Buffer.concat([Buffer.from([0]), sign('sha256', body, signer)]));
  const der = sequence(body, ecdsaWithSha256, signature);
  const lines = der.toString('base64').replaceAll(/.{64}/g, '$&\n');
  return { cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`, key: pem(signer) };
}

function pem(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }) as string;
}
function tagged(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const size =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}
function sequence(...parts: readonly Buffer[]): Buffer {
  return tagged(0x30, Buffer.concat(parts));
}
function integer(bytes: Buffer): Buffer {
  return tagged(0x02, bytes);
}
function oid(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number);
  const bytes = rest.flatMap((value) => {
    const groups = [value & 0x7f];
    for (let left = value >> 7; left > 0; left >>= 7) groups.unshift((left & 0x7f) | 0x80);
    return groups;
  });
  return tagged(0x06, Buffer.from([first * 40 + second, ...bytes]));
}
function distinguishedName(name: string): Buffer {
  return sequence(tagged(0x31, sequence(oid('2.5.4.3'), tagged(0x0c, Buffer.from(name)))));
}
function instant(date: Date): Buffer {
  return tagged(0x18, Buffer.from(date.toISOString().replaceAll(/[-:T]|\.\d+/g, '')));
}
function extension(id: string, content: Buffer): Buffer {
  return sequence(oid(id), tagged(0x04, content));
}
function ipv4(address: string): Buffer {
  return Buffer.from(address.split('.').map(Number));
}
