import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../workflows/language/json.ts';
import { MESSAGE_KINDS, readMessage } from '../../workflows/walk/message.ts';

const digest = 'a'.repeat(64);
const vote = { task: 'risky', digest, by: 'sam', reason: 'seen' };
const word = { task: 'risky', by: 'sam', reason: 'seen' };

function nested(depth: number): JsonObject {
  let value: JsonObject = {};
  for (let level = 0; level < depth; level += 1) value = { value };
  return value;
}

describe('what a signal says, when it says exactly what it must', () => {
  test('a vote names task, card, person and reason', () => {
    expect(readMessage('approve', vote)).toEqual({ kind: 'message', message: { kind: 'approve', ...vote } });
    expect(readMessage('reject', vote)).toEqual({ kind: 'message', message: { kind: 'reject', ...vote } });
  });

  test('a confirmation names no card', () => {
    expect(readMessage('confirm', word)).toEqual({ kind: 'message', message: { kind: 'confirm', ...word } });
  });

  test('a settlement says what became of the call, and what it gave', () => {
    const settled = { ...word, result: 'completed', output: { y: 1 } };
    expect(readMessage('resolve', settled)).toEqual({
      kind: 'message',
      message: { kind: 'resolve', ...settled },
    });
    expect(readMessage('resolve', { ...word, result: 'failed' })).toMatchObject({ message: { output: {} } });
  });

  test('whole characters of every kind are text', () => {
    const reason = 'gesehen 👍 – 見た';
    expect(readMessage('confirm', { ...word, reason })).toMatchObject({ message: { reason } });
  });

  test('outer space is taken off names and reasons', () => {
    expect(readMessage('confirm', { task: ' risky ', by: '\tsam', reason: ' seen\n' })).toMatchObject({
      message: word,
    });
  });
});

describe('anything else is refused by name', () => {
  test.each(MESSAGE_KINDS)('%s of what is no object', (kind) => {
    for (const raw of [undefined, null, 7, 'approve', true, [], [vote]])
      expect(readMessage(kind, raw)).toEqual({ kind: 'malformed', code: 'not_an_object' });
  });

  test.each([
    ['approve', { ...vote, reason: 'half a \ud83d' }, 'not_plain'],
    ['resolve', { ...word, result: 'completed', output: { '\udc00': 1 } }, 'not_plain'],
    ['resolve', { ...word, result: 'completed', output: nested(40) }, 'not_plain'],
    ['resolve', { ...word, result: 'completed', output: nested(10_000) }, 'not_plain'],
    ['approve', { ...vote, admin: true }, 'unknown_field'],
    ['approve', { ...vote, result: 'completed' }, 'unknown_field'],
    ['approve', { ...vote, kind: 'approve' }, 'unknown_field'],
    ['approve', JSON.parse(`{"__proto__": {"by": "sam"}, "task": "risky", "reason": "x"}`), 'unknown_field'],
    ['confirm', vote, 'unknown_field'],
    ['approve', { ...vote, task: undefined }, 'no_task'],
    ['approve', { ...vote, task: '  ' }, 'no_task'],
    ['approve', { ...vote, by: '' }, 'no_person'],
    ['approve', { ...vote, by: { name: 'sam' } }, 'no_person'],
    ['approve', { ...vote, by: 's'.repeat(2001) }, 'no_person'],
    ['approve', { ...vote, reason: '' }, 'no_reason'],
    ['approve', { ...vote, reason: 'r'.repeat(2001) }, 'no_reason'],
    ['approve', { ...word }, 'no_digest'],
    ['approve', { ...vote, digest: 'A'.repeat(64) }, 'no_digest'],
    ['reject', { ...vote, digest: `${digest}a` }, 'no_digest'],
    ['reject', { ...vote, digest: `${digest}\n` }, 'no_digest'],
    ['resolve', word, 'no_result'],
    ['resolve', { ...word, result: 'skipped' }, 'no_result'],
    ['resolve', { ...word, result: 'completed', output: [1] }, 'output_not_an_object'],
    ['resolve', { ...word, result: 'completed', output: 'done' }, 'output_not_an_object'],
  ] as const)('%s %p: %s', (kind, raw, code) => {
    expect(readMessage(kind, raw)).toEqual({ kind: 'malformed', code });
  });
});
