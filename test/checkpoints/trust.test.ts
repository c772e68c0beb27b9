import { describe, expect, test } from '@jest/globals';
import { nodeCodec } from '../../activities/stores/index.ts';
import { checkpointText, type Checkpoint } from '../../workflows/audit/checkpoint.ts';
import { hex } from '../../workflows/audit/codec.ts';
import { checkProof, proofText, readProof, type ProofFile } from '../../workflows/audit/proof-file.ts';
import { inclusionProof, type LeafRange } from '../../workflows/audit/proofs.ts';
import {
  afterRotation,
  outsideWindows,
  readRotation,
  rotationText,
  type KeyWindow,
  type Rotation,
} from '../../workflows/audit/rotation.ts';
import { openCheckpoint, trustInLog } from '../../workflows/audit/trust.ts';
import { readTrust } from '../../workflows/audit/trust-file.ts';
import { bruteLeaf, bruteRoot, decoded, flipped, noteOf, testKey, TIME, trusted } from './keys.ts';

const ORIGIN = 'example.org/log';
const log = testKey(ORIGIN, 'log');
const [w1, w2, w3] = ['w1', 'w2', 'w3'].map((name) => testKey(`${name}.example/w`, 'witness')) as [
  ReturnType<typeof testKey>,
  ReturnType<typeof testKey>,
  ReturnType<typeof testKey>,
];

const POLICY = `# whom we trust
log ${log.vkey} https://log.example.org
witness one ${w1.vkey}
witness\ttwo ${w2.vkey} https://w2.example
  witness three ${w3.vkey}

group pair any two three
group most 2 one pair
quorum most
`;

const entries = Array.from({ length: 5 }, (_, at) => Buffer.from(`entry ${at}`));
const leaves = entries.map(bruteLeaf);
const checkpoint: Checkpoint = { origin: ORIGIN, size: 5, root: hex(bruteRoot(leaves)) };
const text = checkpointText(checkpoint, nodeCodec);
const hashes = ({ from, to }: LeafRange): Uint8Array => bruteRoot(leaves.slice(from, to));
const proof: ProofFile = {
  index: 3,
  hashes: inclusionProof(3, 5, hashes),
  note: noteOf(text, log, w1, w3),
  extra: null,
};
const file = proofText(proof, nodeCodec);
const trust = trusted(POLICY);
const codeOf = (verdict: { readonly kind: string; readonly code?: string }): string =>
  verdict.code ?? verdict.kind;

describe('a policy', () => {
  test('says which logs and witnesses count, and how many of them', () => {
    expect(trust.logs.map(({ key, url }) => [key.name, url])).toEqual([[ORIGIN, 'https://log.example.org']]);
    expect(trust.witnesses.map(({ name, key }) => `${name} ${key.name}`)).toEqual([
      'one w1.example/w',
      'two w2.example/w',
      'three w3.example/w',
    ]);
    expect(trust.quorum).toMatchObject({
      name: 'most',
      needed: 2,
      members: [{ name: 'one' }, { name: 'pair', needed: 1 }],
    });
  });

  test('takes the limits that the specification asks for', () => {
    const keys = Array.from({ length: 32 }, (_, at) => testKey(`w${at}`, 'witness'));
    const logs = Array.from({ length: 32 }, (_, at) => `log ${testKey(`l${at}`, 'log').vkey}`);
    const lines = [
      ...logs,
      ...keys.map(({ vkey }, at) => `witness n${at} ${vkey}`),
      ...keys.map((_key, at) => `group g${at} 1 n${at}`),
      'quorum g31',
      '',
    ];
    expect(trusted(lines.join('\n')).witnesses).toHaveLength(32);
  });

  test.each([
    ['no quorum', POLICY.replace('quorum most\n', ''), 'malformed', undefined],
    ['two quorums', `${POLICY}quorum none\n`, 'duplicate', 10],
    ['a word nobody knows', POLICY.replace('group pair', 'gruop pair'), 'unknown_line', 7],
    ['a line of the future', `${POLICY}mirror m ${w1.vkey}\n`, 'unknown_line', 10],
    [
      'a group of later names',
      POLICY.replace('group pair any two three', 'group pair any most three'),
      'malformed',
      7,
    ],
    [
      'a witness in two groups',
      POLICY.replace('group most 2 one pair', 'group most 2 two pair'),
      'duplicate',
      8,
    ],
    ['a threshold beyond its members', POLICY.replace('most 2', 'most 3'), 'malformed', 8],
    ['a threshold of none', POLICY.replace('most 2', 'most 0'), 'malformed', 8],
    ['a threshold that is no number', POLICY.replace('most 2', 'most 2x'), 'malformed', 8],
    [
      'one key twice under other names',
      `${POLICY}witness four ${testKey('w4', 'witness', 'w1.example/w').vkey}\n`,
      'duplicate',
      10,
    ],
    ['one log twice', `${POLICY}log ${log.vkey}\n`, 'duplicate', 10],
    ['a name twice', POLICY.replace('three', 'one'), 'duplicate', 5],
    ['a witness called none', POLICY.replace('witness one', 'witness none'), 'duplicate', 3],
    ['a key of a log as a witness', POLICY.replace(w1.vkey, log.vkey), 'unsupported_key', 3],
    [
      'a key of a witness as a log',
      POLICY.replace(`log ${log.vkey}`, `log ${w1.vkey}`),
      'unsupported_key',
      2,
    ],
    ['a key that is none', POLICY.replace(w1.vkey, 'w1+00000000+AAAA'), 'unsupported_key', 3],
    ['a carriage return', POLICY.replace('\n', '\r\n'), 'malformed', 1],
    ['its end cut off', POLICY.slice(0, -3), 'malformed', undefined],
    ['a word too many', POLICY.replace('quorum most', 'quorum most one'), 'malformed', 9],
    ['a megabyte of comments', `${'#\n'.repeat(150_000)}${POLICY}`, 'too_big', undefined],
  ])('with %s is refused whole, with its line', (_what, source, code, line) => {
    const reading = readTrust(source, nodeCodec);
    expect({ code: codeOf(reading), line: 'line' in reading ? reading.line : undefined }).toEqual({
      code,
      line,
    });
  });
});

describe('a checkpoint under a policy', () => {
  const opened = (note: string, under = trust) => openCheckpoint(note, under, nodeCodec);

  test('is believed with the signature of the log and its quorum of witnesses', () => {
    expect(opened(noteOf(text, log, w1, w2))).toMatchObject({
      kind: 'checkpoint',
      checkpoint,
      witnesses: [
        { name: 'one', time: TIME },
        { name: 'two', time: TIME },
      ],
    });
  });

  test.each([
    ['no witness', noteOf(text, log)],
    ['witnesses of one group only', noteOf(text, log, w2, w3)],
    ['a witness nobody knows', noteOf(text, log, w1, testKey('w9', 'witness'))],
    ['one witness twice', noteOf(text, log, w1, w1)],
  ])('with %s does not meet the quorum', (_what, note) =>
    expect(codeOf(opened(note))).toBe('quorum_not_met'),
  );

  test('T11: an unknown key under the known name is not believed, nor a known key in another name', () => {
    expect(codeOf(opened(noteOf(text, testKey(ORIGIN, 'log', 'other'), w1, w2)))).toBe('unknown_key');
    expect(codeOf(opened(noteOf(text, testKey('example.org/elsewhere', 'log', ORIGIN), w1, w2)))).toBe(
      'unknown_key',
    );
  });

  test("T10: a log's key does not speak for another log, trusted as both are", () => {
    const other = testKey('example.org/other', 'log');
    const both = trusted(`log ${log.vkey}\nlog ${other.vkey}\nquorum none\n`);
    const elsewhere = checkpointText({ ...checkpoint, origin: 'example.org/other' }, nodeCodec);
    expect(codeOf(opened(noteOf(elsewhere, log), both))).toBe('unknown_key');
    expect(codeOf(opened(noteOf(elsewhere, other), both))).toBe('checkpoint');
  });

  test('a policy without logs believes nothing', () => {
    expect(codeOf(opened(noteOf(text, log), trusted('quorum none\n')))).toBe('unknown_key');
  });
});

describe('a proof file', () => {
  test('proves an entry offline, and is written again byte for byte', () => {
    expect(checkProof(file, trust, nodeCodec, entries[3])).toMatchObject({
      kind: 'proved',
      index: 3,
      checkpoint,
    });
    const reading = readProof(file, nodeCodec);
    expect(reading.kind === 'proof' && proofText(reading.proof, nodeCodec)).toBe(file);
  });

  test('may carry the entry itself, which it then vouches for', () => {
    const whole = proofText({ ...proof, extra: entries[3] ?? null }, nodeCodec);
    expect(checkProof(whole, trust, nodeCodec)).toMatchObject({ kind: 'proved', index: 3 });
    const wrong = proofText({ ...proof, extra: entries[2] ?? null }, nodeCodec);
    expect(codeOf(checkProof(wrong, trust, nodeCodec))).toBe('bad_proof');
    expect(codeOf(checkProof(file, trust, nodeCodec))).toBe('bad_proof');
  });

  test('of a log of one entry has no hashes', () => {
    const one = checkpointText(
      { origin: ORIGIN, size: 1, root: hex(leaves[0] ?? Buffer.alloc(0)) },
      nodeCodec,
    );
    const small = proofText({ index: 0, hashes: [], note: noteOf(one, log, w1, w2), extra: null }, nodeCodec);
    expect(codeOf(checkProof(small, trust, nodeCodec, entries[0]))).toBe('proved');
  });

  test.each([
    ['of another version', file.replace('@v1', '@v2'), 'malformed'],
    ['with a leading zero', file.replace('index 3', 'index 03'), 'malformed'],
    ['without an index', file.replace('index 3\n', ''), 'malformed'],
    ['with an extra line that is not base64', file.replace('index', 'extra *\nindex'), 'malformed'],
    ['with a hash too short', file.replace(/\n([A-Za-z0-9+/]{4})/, '\n'), 'malformed'],
    [
      'with 64 hashes',
      file.replace('index 3\n', `index 3\n${`${Buffer.alloc(32).toString('base64')}\n`.repeat(64)}`),
      'too_big',
    ],
    ['of a megabyte', file + 'x'.repeat(1 << 20), 'too_big'],
    ['cut short', file.slice(0, 60), 'malformed'],
    ['at another index', file.replace('index 3', 'index 2'), 'bad_proof'],
  ])('%s is refused', (_what, source, code) => {
    expect(codeOf(checkProof(source, trust, nodeCodec, entries[3]))).toBe(code);
  });

  test('T10: of another log proves nothing here', () => {
    const other = testKey('example.org/other', 'log');
    const elsewhere = checkpointText({ ...checkpoint, origin: 'example.org/other' }, nodeCodec);
    const foreign = proofText({ ...proof, note: noteOf(elsewhere, other, w1, w2) }, nodeCodec);
    expect(codeOf(checkProof(foreign, trust, nodeCodec, entries[3]))).toBe('unknown_key');
  });

  test('T10: a node of the tree is no entry', () => {
    const node = Buffer.concat([leaves[2] ?? Buffer.alloc(0), leaves[3] ?? Buffer.alloc(0)]);
    const shorter = proofText({ ...proof, index: 1, hashes: proof.hashes.slice(1) }, nodeCodec);
    expect(codeOf(checkProof(shorter, trust, nodeCodec, node))).toBe('bad_proof');
  });
});

describe('T3: one bit changed in any byte', () => {
  const everyFlip = (source: string, accepted: (changed: string) => boolean): string[] => {
    const taken: string[] = [];
    for (let at = 0; at < Buffer.byteLength(source); at += 1)
      for (const bit of [0, 1, 2, 3, 4, 5, 6, 7]) {
        const changed = decoded(flipped(source, at, bit));
        if (changed !== null && accepted(changed)) taken.push(`byte ${at} bit ${bit}`);
      }
    return taken;
  };

  test('of a checkpoint is refused', () => {
    const note = noteOf(text, log, w1, w2);
    const taken = everyFlip(
      note,
      (changed) => openCheckpoint(changed, trust, nodeCodec).kind === 'checkpoint',
    );
    expect(taken).toEqual([]);
  });

  test('of a proof is refused', () => {
    const taken = everyFlip(
      file,
      (changed) => checkProof(changed, trust, nodeCodec, entries[3]).kind === 'proved',
    );
    expect(taken).toEqual([]);
  });

  test('of a policy is refused, or trusts nobody else and asks for no less', () => {
    const before = JSON.stringify(shape(trust));
    const taken = everyFlip(POLICY.replace(/^#.*\n/, '').replaceAll(/ https:\S+/g, ''), (changed) => {
      const reading = readTrust(changed, nodeCodec);
      return reading.kind === 'trust' && JSON.stringify(shape(reading.trust)) !== before;
    });
    expect(taken).toEqual([]);
  });

  /** What a policy means: names inside it are its own affair. */
  function shape({ logs, witnesses, quorum }: typeof trust): unknown {
    const inside = (one: typeof quorum): unknown =>
      one === null ? null : 'members' in one ? [one.needed, one.members.map(inside)] : hex(one.key.publicKey);
    return [
      logs.map(({ key }) => key.name + hex(key.publicKey)),
      witnesses.map(({ key }) => hex(key.publicKey)),
      inside(quorum),
    ];
  }
});

describe('a change of keys', () => {
  const next = testKey(ORIGIN, 'log', 'next');
  const rotation: Rotation = {
    origin: ORIGIN,
    size: 100,
    previous: 'ab'.repeat(32),
    old: log.key,
    next: next.key,
    overlap: 356,
  };
  const statement = rotationText(rotation, nodeCodec);
  const first: readonly KeyWindow[] = [{ key: log.key, from: 0, to: null }];

  const leafAt = (index: number): string | null => (index === 99 ? rotation.previous : null);

  function windows(): readonly KeyWindow[] {
    const after = afterRotation(first, rotation, 100, leafAt);
    if (after.kind === 'refused') throw new Error(after.reason);
    return after.windows;
  }

  test('is signed by both keys, and reads back as it was written', () => {
    expect(readRotation(noteOf(statement, log, next), nodeCodec)).toEqual({ kind: 'rotation', rotation });
    expect(codeOf(readRotation(noteOf(statement, log), nodeCodec))).toBe('unknown_key');
    expect(codeOf(readRotation(noteOf(statement, next), nodeCodec))).toBe('unknown_key');
  });

  test.each([
    ['an overlap before it', statement.replace('overlap 356', 'overlap 99')],
    ['a line too many', `${statement}x\n`],
    ['one key twice', rotationText({ ...rotation, next: log.key }, nodeCodec)],
    ['a key of another log', rotationText({ ...rotation, next: testKey('other', 'log').key }, nodeCodec)],
    ['the key of a witness', rotationText({ ...rotation, next: testKey(ORIGIN, 'witness').key }, nodeCodec)],
  ])('with %s is none', (_what, source) => {
    expect(codeOf(readRotation(noteOf(source, log, next), nodeCodec))).toBe('malformed');
  });

  test('T10: its statement never passes as a checkpoint, nor a checkpoint as its statement', () => {
    expect(codeOf(openCheckpoint(noteOf(statement, log), trustInLog([log.key]), nodeCodec))).toBe(
      'malformed',
    );
    expect(codeOf(readRotation(noteOf(text, log, next), nodeCodec))).toBe('malformed');
  });

  test('T11: at another place of the log, or by a key that is not in force, it changes nothing', () => {
    expect(codeOf(afterRotation(first, rotation, 99, leafAt))).toBe('malformed');
    expect(codeOf(afterRotation(first, rotation, 357, leafAt))).toBe('malformed');
    expect(codeOf(afterRotation(first, rotation, 100, () => 'cd'.repeat(32)))).toBe('malformed');
    expect(codeOf(afterRotation(windows(), rotation, 100, leafAt))).toBe('unknown_key');
  });

  test("T11: today's key cannot seal yesterday's log, nor yesterday's key today's", () => {
    const at = (size: number, ...keys: readonly (typeof log)[]): string =>
      outsideWindows(
        { ...checkpoint, size },
        keys.map(({ key }) => key),
        windows(),
      )?.code ?? 'in force';
    expect(at(100, log)).toBe('in force');
    expect(at(100, next)).toBe('outside_window');
    expect(at(100, log, next)).toBe('outside_window');
    expect(at(101, log, next)).toBe('in force');
    expect(at(356, log, next)).toBe('in force');
    expect(at(357, log)).toBe('outside_window');
    expect(at(357, next)).toBe('in force');
    expect(at(357)).toBe('outside_window');
  });
});
