import { describe, expect, test } from '@jest/globals';
import { nodeCodec } from '../../activities/stores/index.ts';
import { readCheckpoint, checkpointText } from '../../workflows/audit/checkpoint.ts';
import { noteText, readNote, type SignedNote } from '../../workflows/audit/note.ts';
import { verifySignatures } from '../../workflows/audit/signature.ts';
import { readVerifierKey, vkeyText, type VerifierKey } from '../../workflows/audit/verifier-key.ts';
import { keyOfSeed, noteOf, signedBy, testKey } from './keys.ts';

/** From the signed-note specification, "Verifier keys". */
const SPEC_VKEY = 'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k';
const SPEC_NOTE =
  'This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n';
/** From the documentation of Go's golang.org/x/mod/sumdb/note. */
const GO_VKEY = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
const GO_SEED = 'YEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz'.padStart(44, 'A');
const GO_TEXT =
  "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
const GO_NOTE = `${GO_TEXT}\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n`;
/** From the specifications of checkpoints and cosignatures. */
const COSIGNED = `example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==
`;

function note(source: string): SignedNote {
  const reading = readNote(source, nodeCodec);
  if (reading.kind === 'refused') throw new Error(reading.reason);
  return reading.note;
}

function key(vkey: string): VerifierKey {
  const reading = readVerifierKey(vkey, nodeCodec);
  if (reading.kind === 'refused') throw new Error(reading.reason);
  return reading.key;
}

const codeOf = (reading: { readonly kind: string; readonly code?: string }): string =>
  reading.kind === 'refused' ? (reading.code ?? '') : reading.kind;

describe('published examples', () => {
  test.each([
    ['of the specification', SPEC_VKEY, SPEC_NOTE],
    ["of Go's implementation", GO_VKEY, GO_NOTE],
  ])('T8: the note %s verifies under its key, and is written again byte for byte', (_whose, vkey, source) => {
    expect(verifySignatures(note(source), [key(vkey)], nodeCodec)).toMatchObject({
      kind: 'signers',
      signers: [{ key: { name: key(vkey).name } }],
    });
    expect(noteText(note(source), nodeCodec)).toBe(source);
    expect(vkeyText(key(vkey), nodeCodec)).toBe(vkey);
  });

  test('signing with the published private key gives the published signature', () => {
    const signer = keyOfSeed('PeterNeumann', 'log', Buffer.from(GO_SEED, 'base64').subarray(-32));
    expect(signer.vkey).toBe(GO_VKEY);
    expect(noteOf(GO_TEXT, signer)).toBe(GO_NOTE);
  });

  test('T8: the cosigned checkpoint of the specification parses, with the time that it names', () => {
    const { text, signatures } = note(COSIGNED);
    const reading = readCheckpoint(text, nodeCodec);
    expect(reading).toMatchObject({
      kind: 'checkpoint',
      checkpoint: { origin: 'example.com/behind-the-sofa', size: 20_852_163 },
      extensions: [],
    });
    expect(reading.kind === 'checkpoint' && checkpointText(reading.checkpoint, nodeCodec)).toBe(text);
    expect(signatures.map(({ name, id, bytes }) => [name, id, bytes.length])).toEqual([
      ['example.com/behind-the-sofa', '033de0ae', 64],
      ['witness.example.com/w1', '8d66cf3f', 72],
    ]);
    expect(Buffer.from(signatures[1]?.bytes ?? []).readBigUInt64BE()).toBe(1_679_315_147n);
    expect(noteText(note(COSIGNED), nodeCodec)).toBe(COSIGNED);
  });
});

describe('a signed note', () => {
  const log = testKey('example.org/log', 'log');
  const good = noteOf('a\n', log);

  test.each([
    ['no newline at its end', good.slice(0, -1)],
    ['no empty line', good.replace('\n\n', '\n')],
    ['no signature', 'a\n\n'],
    ['a hyphen for the dash', good.replace('—', '-')],
    ['a carriage return', good.replace('a\n', 'a\r\n')],
    ['a control character', good.replace('a', 'a\u0007')],
    ['half a surrogate pair', good.replace('a', '\ud800')],
    ['something after the signatures', `${good}junk\n`],
    [
      'base64 that nobody writes',
      good.replace(/.=\n$/, (end) => `${end[0] === 'A' ? 'B' : 'A'}=\n`).replace(/=\n$/, '==\n'),
    ],
    ['a signature too short to hold a key id', 'a\n\n— x AAAA\n'],
    ['a key name with a plus', good.replace('example.org/log', 'example.org+log')],
    ['a key name with an ideographic space', good.replace('example.org/log', 'example.org\u3000log')],
    ['nothing but the end', '\n\n'],
    ['nothing', ''],
  ])('with %s is refused', (_what, source) => {
    expect(codeOf(readNote(source, nodeCodec))).toBe('malformed');
  });

  test('may have sixteen signatures of post-quantum size, but not any number', () => {
    const large = Buffer.alloc(4900).toString('base64');
    const lines = (count: number, bytes: string): string =>
      Array.from({ length: count }, (_, at) => `— key${at} ${bytes}\n`).join('');
    expect(codeOf(readNote(`a\n\n${lines(16, large)}`, nodeCodec))).toBe('note');
    expect(codeOf(readNote(`a\n\n${lines(65, 'AAAAAAA=')}`, nodeCodec))).toBe('too_big');
    expect(codeOf(readNote(`${'a'.repeat(200_000)}\n\n${lines(1, 'AAAAAAA=')}`, nodeCodec))).toBe('too_big');
  });

  test('is split at its last empty line', () => {
    expect(note(noteOf('a\n\nb\n', log)).text).toBe('a\n\nb\n');
  });

  test('T11: a key of another id under a known name is passed over, not believed', () => {
    const impostor = testKey('example.org/log', 'log', 'another');
    const signers = verifySignatures(note(noteOf('a\n', impostor)), [log.key], nodeCodec);
    expect(signers).toEqual({ kind: 'signers', signers: [] });
  });

  test('a line that names a known key and is not its signature refuses the note, whoever else signed', () => {
    const other = testKey('example.org/other', 'log');
    const text = 'a\n';
    const forged = { ...signedBy(log, 'b\n') };
    const source = noteText({ text, signatures: [signedBy(other, text), forged] }, nodeCodec);
    expect(codeOf(verifySignatures(note(source), [log.key, other.key], nodeCodec))).toBe('bad_signature');
    expect(codeOf(verifySignatures(note(source), [other.key], nodeCodec))).toBe('signers');
  });

  test("T10: a log's signature is no cosignature, and a cosignature none of a log", () => {
    const seed = 'one key in two roles';
    const [asLog, asWitness] = [testKey('x', 'log', seed), testKey('x', 'witness', seed)];
    const text = 'x\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n';
    const logLine = signedBy(asLog, text);
    const passed = (line: typeof logLine, as: typeof asLog): string =>
      codeOf(verifySignatures({ text, signatures: [{ ...line, id: as.key.id }] }, [as.key], nodeCodec));
    expect(passed(logLine, asWitness)).toBe('bad_signature');
    expect(passed(signedBy(asWitness, text), asLog)).toBe('bad_signature');
    const bare = signedBy(asWitness, text).bytes.subarray(8);
    expect(passed({ ...logLine, bytes: bare }, asLog)).toBe('bad_signature');
    expect(passed(logLine, asLog)).toBe('signers');
  });

  test("a cosignature's time is part of what was signed", () => {
    const witness = testKey('w', 'witness');
    const line = signedBy(witness, 'a\n');
    const later = Uint8Array.from(line.bytes);
    later[7] = (later[7] ?? 0) + 1;
    const verdict = verifySignatures(
      { text: 'a\n', signatures: [{ ...line, bytes: later }] },
      [witness.key],
      nodeCodec,
    );
    expect(codeOf(verdict)).toBe('bad_signature');
  });
});

describe('a key', () => {
  test.each([
    ['an id of another key', SPEC_VKEY.replace('530d903a', '530d903b'), 'malformed'],
    ['its id in capitals', SPEC_VKEY.replace('530d903a', '530D903A'), 'malformed'],
    ['a type nobody knows', SPEC_VKEY.replace('+Ae', '+Cu'), 'unsupported_key'],
    ['a byte missing', SPEC_VKEY.slice(0, -4), 'unsupported_key'],
    ['no key', 'example.com/foo+530d903a', 'malformed'],
    ['no name', SPEC_VKEY.replace('example.com/foo', ''), 'malformed'],
    ['a space in its name', SPEC_VKEY.replace('.com', ' com'), 'malformed'],
    ['a megabyte', SPEC_VKEY.repeat(10_000), 'too_big'],
  ])('with %s is refused', (_what, vkey, code) => {
    expect(codeOf(readVerifierKey(vkey, nodeCodec))).toBe(code);
  });
});

describe('a checkpoint', () => {
  const ROOT = Buffer.alloc(32, 7).toString('base64');
  test.each([
    ['a size with a leading zero', `o\n01\n${ROOT}\n`],
    ['a negative size', `o\n-1\n${ROOT}\n`],
    ['a size beyond what a number holds', `o\n9007199254740993\n${ROOT}\n`],
    ['a short root', `o\n1\nAAAA\n`],
    ['no origin', `\n1\n${ROOT}\n`],
    ['no newline at its end', `o\n1\n${ROOT}`],
    ['an empty extension line', `o\n1\n${ROOT}\n\nx\n`],
    ['two lines', 'o\n1\n'],
  ])('with %s is refused', (_what, text) => {
    expect(codeOf(readCheckpoint(text, nodeCodec))).toBe('malformed');
  });

  test('may carry extension lines, which are handed on as what nobody vouches for', () => {
    expect(readCheckpoint(`o\n1\n${ROOT}\nx\ny\n`, nodeCodec)).toMatchObject({ extensions: ['x', 'y'] });
  });
});
