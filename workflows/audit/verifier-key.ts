/**
 * Public keys as C2SP signed notes write them: `<name>+<key id>+<base64 of type and key>`. Name and id together
 * name a key on a signature line; the id commits to name, type and key.
 */
import type { NoteCodec } from './codec.ts';
import { refused, type Refused } from './refusal.ts';

/** `log` signs note text as it is; `witness` signs cosignature/v1 with a time. */
export type KeyType = 'log' | 'witness';

export interface VerifierKey {
  readonly name: string;
  /** Eight lower-case hex digits. */
  readonly id: string;
  readonly type: KeyType;
  /** Ed25519, 32 bytes. */
  readonly publicKey: Uint8Array;
}

const TYPE_BYTE: { readonly [type in KeyType]: number } = { log: 0x01, witness: 0x04 };
const PUBLIC_KEY_BYTES = 32;
const MAX_VKEY = 1_000;
const MAX_NAME = 255;

/** Not empty, and without Unicode spaces, plus signs, control characters and halves of surrogate pairs. */
export function isKeyName(name: string): boolean {
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  return name.length > 0 && name.length <= MAX_NAME && !/[\s\u0085+\u0000-\u001f\ud800-\udfff]/u.test(name);
}

/** The name MUST be a key name and the key 32 bytes; what comes from outside goes through `readVerifierKey`. */
export function verifierKey(
  name: string,
  type: KeyType,
  publicKey: Uint8Array,
  codec: NoteCodec,
): VerifierKey {
  const named = codec.encode(`${name}\n`);
  const bytes = new Uint8Array([...named, TYPE_BYTE[type], ...publicKey]);
  return { name, id: codec.sha256Hex(bytes).slice(0, 8), type, publicKey };
}

export function vkeyText({ name, id, type, publicKey }: VerifierKey, codec: NoteCodec): string {
  return `${name}+${id}+${codec.base64(new Uint8Array([TYPE_BYTE[type], ...publicKey]))}`;
}

export type KeyReading = { readonly kind: 'key'; readonly key: VerifierKey } | Refused;

export function readVerifierKey(vkey: string, codec: NoteCodec): KeyReading {
  if (vkey.length > MAX_VKEY) return refused('too_big', `a key is longer than ${MAX_VKEY} characters`);
  // Base64 has plus signs of its own: only the first two separate.
  const [, name, id, material] = /^([^+]*)\+([^+]*)\+(.*)$/s.exec(vkey) ?? [];
  if (name === undefined || id === undefined || material === undefined)
    return refused('malformed', 'a key is written <name>+<key id>+<key>');
  if (!isKeyName(name)) return refused('malformed', 'the name of a key is empty or holds spaces');
  const bytes = codec.fromBase64(material);
  if (bytes === null || bytes.length === 0) return refused('malformed', 'the key after its id is not base64');
  const type = typeOf(bytes[0] ?? 0);
  if (type === null || bytes.length !== 1 + PUBLIC_KEY_BYTES)
    return refused('unsupported_key', 'only Ed25519 keys of logs (type 1) and witnesses (type 4) are known');
  const key = verifierKey(name, type, bytes.subarray(1), codec);
  return key.id === id ? { kind: 'key', key } : refused('malformed', 'the id does not belong to the key');
}

function typeOf(byte: number): KeyType | null {
  if (byte === TYPE_BYTE.log) return 'log';
  return byte === TYPE_BYTE.witness ? 'witness' : null;
}

export function isSameKey(one: VerifierKey, other: VerifierKey): boolean {
  return one.name === other.name && one.id === other.id;
}
