import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { stringify } from 'yaml';
import { objectionTo, signFor } from '../../activities/policy/activation.ts';
import type { Policy } from '../../activities/policy/engine.ts';
import { openEnforced } from '../../activities/policy/enforced.ts';
import { openPolicy, POLICY_DEFAULTS } from '../../activities/policy/index.ts';
import { digestOf, readFolder, sourceOf } from '../../activities/policy/set-files.ts';
import { createShadow, type ShadowLine } from '../../activities/policy/shadow.ts';
import { openSigners } from '../../activities/policy/signers.ts';
import { errorVerdict } from '../../activities/policy/engine.ts';
import { question, SET, SHIPPED } from './questions.ts';

jest.setTimeout(60_000);

let home: string;
let folder: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'cordon-lifecycle-'));
  folder = join(home, 'policies');
  cpSync(SHIPPED, folder, { recursive: true });
});
afterEach(() => rmSync(home, { recursive: true }));

const look = { ...question, type: 'ListFilters', reversibility: 'none' } as const;
const digestNow = async (): Promise<string> => {
  const read = await readFolder(folder);
  return read.kind === 'files' ? digestOf(sourceOf(read.files)) : '';
};

interface Person {
  readonly id: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}
const person = (id: string): Person => ({ id, ...generateKeyPairSync('ed25519') });
const [dana, eli, mallory] = [person('dana'), person('eli'), person('mallory')] as const;
const second = person('dana');
const paths = () => ({ activation: join(home, 'activation.yaml'), signers: join(home, 'signers.yaml') });
const places = () => ({ ...paths(), signers: () => openSigners(paths().signers) });

function listSigners(): void {
  const spki = ({ publicKey }: Person) =>
    publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
  const signers = [
    { id: 'dana', keys: [spki(dana), spki(second)] },
    { id: 'eli', keys: [spki(eli)] },
  ];
  writeFileSync(paths().signers, stringify({ signers }));
}

function activate(digest: string, ...persons: readonly Person[]): void {
  const about = { digest, previous: null };
  const signatures = persons.map((one, at) => signFor(about, one.privateKey, one.publicKey, 1_000 + at));
  writeFileSync(paths().activation, stringify({ ...about, signatures }));
}

describe('P01: without a policy set that is whole and expected', () => {
  test.each([
    ['there is no folder', () => rmSync(folder, { recursive: true })],
    [
      'the set is empty',
      () => {
        for (const file of ['accounts', 'devices', 'everything', 'routers'])
          rmSync(join(folder, `${file}.cedar`));
      },
    ],
    ['the asset list is missing', () => rmSync(join(folder, 'assets.yaml'))],
    ['the guards are misspelt', () => writeFileSync(join(folder, 'guards.yaml'), 'limitz: []\n')],
  ])('nothing starts when %s', async (_how, spoil) => {
    spoil();
    expect((await openPolicy({ ...POLICY_DEFAULTS, folder })).kind).toBe('problems');
  });

  test('nothing starts when the digest is another', async () => {
    const opened = await openPolicy({ ...POLICY_DEFAULTS, folder, expectedDigest: '0'.repeat(64) });
    expect(opened).toMatchObject({
      kind: 'problems',
      problems: [expect.stringContaining('check what changed')],
    });
  });

  test('a set that goes missing while it is enforced denies everything, until it is back', async () => {
    listSigners();
    activate(await digestNow(), dana, eli);
    let now = 0;
    const opened = await openEnforced({ ...POLICY_DEFAULTS, folder }, places(), () => now);
    if (opened.kind === 'problems') throw new Error(opened.problems.join('\n'));
    const { engine } = opened;
    expect((await engine.decide(look)).effect).toBe('allow');
    rmSync(join(folder, 'everything.cedar'));
    now += 2_000;
    expect(await engine.decide(look)).toMatchObject({ effect: 'deny', rules: [{ id: 'policy_error' }] });
    cpSync(join(SHIPPED, 'everything.cedar'), join(folder, 'everything.cedar'));
    now += 2_000;
    expect((await engine.decide(look)).effect).toBe('allow');
  });
});

describe('P14: a policy set is enforced once two different persons have signed for it;', () => {
  const refusal = async (): Promise<string> => {
    const opened = await openEnforced({ ...POLICY_DEFAULTS, folder }, places());
    return opened.kind === 'problems' ? opened.problems.join('\n') : 'enforced';
  };
  beforeEach(listSigners);

  test('then it is (control)', async () => {
    activate(await digestNow(), dana, eli);
    expect(await refusal()).toBe('enforced');
  });

  test('whoever changed it and signs alone is refused', async () => {
    activate(await digestNow(), dana);
    expect(await refusal()).toContain('only dana has signed');
  });

  test('one person with two keys is one person', async () => {
    activate(await digestNow(), dana, second);
    expect(await refusal()).toContain('only dana has signed');
  });

  test('a signature of somebody who is not listed is none', async () => {
    activate(await digestNow(), dana, mallory);
    expect(await refusal()).toContain('only dana has signed');
  });

  test('signatures for another set, or for another past, are none', async () => {
    activate('0'.repeat(64), dana, eli);
    const text = readFileSync(paths().activation, 'utf8');
    writeFileSync(paths().activation, text.replace('0'.repeat(64), await digestNow()));
    expect(await refusal()).toContain('nobody has signed');
    activate(await digestNow(), dana, eli);
    writeFileSync(
      paths().activation,
      readFileSync(paths().activation, 'utf8').replace('previous: null', `previous: "${'1'.repeat(64)}"`),
    );
    expect(await refusal()).toContain('nobody has signed');
  });

  test('a set changed after it was signed is refused, and so is one that nobody signed for', async () => {
    activate(await digestNow(), dana, eli);
    writeFileSync(join(folder, 'guards.yaml'), 'limits: []\n');
    expect(await refusal()).toContain('activated is');
    rmSync(paths().activation);
    expect(await refusal()).toContain('no policy set was activated yet');
  });

  test('one person alone is no list of signers', async () => {
    writeFileSync(paths().signers, stringify({ signers: [{ id: 'dana', keys: ['x'] }] }));
    expect((await openSigners(paths().signers)).kind).toBe('problems');
    expect(objectionTo(null, 'x', { byKey: () => null })).toContain('two persons');
  });
});

describe('P11: a shadow set', () => {
  const allow = { ...errorVerdict('x', SET, ['x']), effect: 'allow', errors: [] } as const;
  const watched = (decide: Policy['decide']) => {
    const lines: ShadowLine[] = [];
    const shadow = createShadow({ decide, set: SET }, async (line) => void lines.push(line));
    return { shadow, lines };
  };

  test('that would decide otherwise is written down', async () => {
    const deny = { ...allow, effect: 'deny' } as const;
    const { shadow, lines } = watched(async () => deny);
    shadow.observe(question, allow);
    shadow.observe(question, deny);
    await shadow.idle();
    expect(lines).toEqual([
      expect.objectContaining({ enforced: 'allow', shadow: 'deny', type: 'RotatePassword' }),
    ]);
    expect(JSON.stringify(lines)).not.toContain('alice');
  });

  test.each<[string, Policy['decide']]>([
    [
      'throws',
      () => {
        throw new Error('memory access out of bounds');
      },
    ],
    ['rejects', () => Promise.reject(new Error('gone'))],
    ['errs', async () => errorVerdict('x', SET, ['overflow'])],
  ])('that %s touches nothing, and that is written down', async (_how, decide) => {
    const { shadow, lines } = watched(decide);
    expect(() => shadow.observe(question, allow)).not.toThrow();
    await shadow.idle();
    expect(lines).toEqual([expect.objectContaining({ enforced: 'allow', shadow: 'error' })]);
  });

  test('that never answers holds up nobody, and is asked no more than it can bear', async () => {
    let asked = 0;
    const { shadow } = watched(() => ((asked += 1), new Promise(() => {})));
    const startedAt = performance.now();
    for (let at = 0; at < 100; at += 1) shadow.observe(question, allow);
    expect(performance.now() - startedAt).toBeLessThan(50);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(asked).toBe(8);
  });

  test('that holds up the thread is left out for good', async () => {
    let asked = 0;
    const { shadow } = watched(async () => {
      asked += 1;
      for (const startedAt = performance.now(); performance.now() - startedAt < 60;);
      return allow;
    });
    for (let at = 0; at < 6; at += 1) {
      shadow.observe(question, allow);
      await shadow.idle();
    }
    expect(asked).toBe(3);
  });
});
