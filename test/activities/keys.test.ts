import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { claimKey, digestOf, inputsDigest, labelOf, sha256 } from '../../activities/keys.ts';
import type { KeyScope } from '../../workflows/language/playbook.ts';
import { RUN } from './samples.ts';

const keyed = (key: string, scope: KeyScope = 'case', task = 'clean') => ({ task, key: { key, scope } });
const keyless = (task = 'clean') => ({ task, key: null });

describe('the key a claim is held under', () => {
  const other = {
    ...RUN,
    workflowId: 'cordon-sample-CASE-2',
    chain: 'chain-2',
    caseId: 'CASE-2',
    playbook: 'other',
  };

  test.each([
    ['run', { chain: 'chain-2' }],
    ['case', { caseId: 'CASE-2' }],
    ['playbook', { playbook: 'other' }],
  ] as const)('of scope %s is another one where its scope is', (scope, elsewhere) => {
    expect(claimKey(keyed('k', scope), { ...RUN, ...elsewhere })).not.toBe(claimKey(keyed('k', scope), RUN));
  });

  test('of global scope is the same everywhere; that of a task without a key is its own', () => {
    expect(claimKey(keyed('k', 'global'), other)).toBe(claimKey(keyed('k', 'global'), RUN));
    expect(claimKey(keyless(), other)).not.toBe(claimKey(keyless(), RUN));
    expect(claimKey(keyless('b'), RUN)).not.toBe(claimKey(keyless('a'), RUN));
  });

  test('of a case is shared by every run and playbook of that case', () => {
    expect(claimKey(keyed('k'), { ...other, caseId: RUN.caseId })).toBe(claimKey(keyed('k'), RUN));
  });

  test('never meets another one, whatever separators names and keys hold', () => {
    const text = fc.oneof(
      fc.string({ maxLength: 6 }),
      fc.constantFrom('","', 'a:b', 'case', '["case","CASE-1"', '\u0000', '🔒', '\\"'),
    );
    const place = fc.record({
      scope: fc.constantFrom<KeyScope | null>('run', 'case', 'playbook', 'global', null),
      key: text,
      task: text,
      workflowId: text,
      chain: text,
      caseId: text,
      playbook: text,
    });
    type Place = typeof place extends fc.Arbitrary<infer T> ? T : never;
    const keyOf = ({ scope, key, task, ...run }: Place): string =>
      claimKey({ task, key: scope === null ? null : { key, scope } }, { ...RUN, ...run });
    const identity = ({ scope, key, task, workflowId, chain, caseId, playbook }: Place): string => {
      switch (scope) {
        case null:
          return JSON.stringify([scope, workflowId, chain, task]);
        case 'run':
          return JSON.stringify([scope, workflowId, chain, key]);
        case 'case':
          return JSON.stringify([scope, caseId, key]);
        case 'playbook':
          return JSON.stringify([scope, playbook, key]);
        case 'global':
          return JSON.stringify([scope, key]);
      }
    };
    fc.assert(
      fc.property(place, place, (one, two) => {
        expect(keyOf(one) === keyOf(two)).toBe(identity(one) === identity(two));
      }),
      { numRuns: 500 },
    );
  });
});

describe('the activity id', () => {
  test('is the task and its key, in clear text where that can be read', () => {
    expect(labelOf(keyed('del-filters-alice@example.org'), RUN, false)).toBe(
      'clean:del-filters-alice@example.org',
    );
    expect(labelOf(keyless(), RUN, false)).toBe('clean:once');
  });

  test.each([
    ['is long', 'k'.repeat(195)],
    ['holds a space', 'delete all'],
    ['holds a line break', 'a\nb'],
    ['is not ASCII', 'schlüssel'],
    ['holds what looks like Latin', 'ｋｅｙ'],
    ['is empty', ''],
  ])('holds a digest where the key %s', (_, key) => {
    expect(labelOf(keyed(key), RUN, false)).toMatch(/^clean:[0-9a-f]{32}$/);
  });

  test('shows no key at all where the operator wants none', () => {
    expect(labelOf(keyed('alice@example.org'), RUN, true)).toMatch(/^clean:[0-9a-f]{32}$/);
    expect(labelOf(keyless(), RUN, true)).toMatch(/^clean:[0-9a-f]{32}$/);
  });

  test('is at most two hundred characters, and the longest readable key is shown whole', () => {
    const longest = 'k'.repeat(200 - 'clean:'.length);
    expect(labelOf(keyed(longest), RUN, false)).toBe(`clean:${longest}`);
    const task = 't'.repeat(64);
    for (const key of ['k'.repeat(136), 'k'.repeat(10_000)])
      expect(labelOf(keyed(key, 'case', task), RUN, false).length).toBeLessThanOrEqual(200);
  });

  test('begins with the task’s name, so a key cannot put anything with a meaning of its own there', () => {
    for (const key of ['__temporal_reserved', '__stack_trace', '/admin'])
      for (const always of [true, false]) expect(labelOf(keyed(key), RUN, always)).toMatch(/^clean:/);
  });

  test('as a digest tells two scopes of one key apart', () => {
    const label = (scope: KeyScope): string => labelOf(keyed('k', scope), RUN, true);
    expect(new Set((['run', 'case', 'playbook', 'global'] as const).map(label)).size).toBe(4);
  });
});

describe('digests', () => {
  test('are SHA-256 of the text’s UTF-8 in lower-case hex (FIPS 180-4, B.1)', () => {
    expect(sha256('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    expect(sha256('é')).toBe('4a99557e4033c3539de2eb65472017cad5f9557f7a0625a09f1c3f6e2ba69c4c');
  });

  test('of values do not depend on the order of fields', () => {
    expect(digestOf({ a: 1, b: [{ c: 2, d: 3 }] })).toBe(digestOf({ b: [{ d: 3, c: 2 }], a: 1 }));
    expect(digestOf({ a: [1, 2] })).not.toBe(digestOf({ a: [2, 1] }));
    expect(digestOf({ a: '1' })).not.toBe(digestOf({ a: 1 }));
  });

  test('of inputs tell type and connector apart as well', () => {
    const inputs = { user: 'alice' };
    const all = [
      inputsDigest('Delete', 'google', inputs),
      inputsDigest('Delete', 'microsoft', inputs),
      inputsDigest('List', 'google', inputs),
      inputsDigest('Delete', 'google', { user: 'bob' }),
    ];
    expect(new Set(all).size).toBe(4);
  });
});
