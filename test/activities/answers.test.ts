/** What each answer of a connector comes to: for the run, for the key, and for the record. */
import { describe, expect, test } from '@jest/globals';
import { createAct } from '../../activities/act.ts';
import { claimKey } from '../../activities/keys.ts';
import { SecretUnavailable } from '../../activities/secrets/unavailable.ts';
import { createMemoryLedger } from '../../activities/stores/index.ts';
import { withoutReceipts } from '../../workflows/audit/receipt.ts';
import type { Question, Result } from '../../workflows/ports.ts';
import {
  callFor,
  entriesOf,
  pulse,
  question,
  RUN,
  START,
  worldOf,
  type Given,
  type Perform,
} from './samples.ts';

const answering =
  (answer: Awaited<ReturnType<Perform>>): Perform =>
  async () =>
    answer;
const fault = { code: 'cut', message: 'the line broke' };
const again = answering({ kind: 'try_again', because: 'rate_limited', fault, afterMs: 30_000 });
const unknown = answering({ kind: 'unknown', fault });
const thrown: Perform = () => Promise.reject(new TypeError('Authorization: Bearer hunter2'));

type Like = Partial<Pick<Question, 'reversibility' | 'repeat'>>;
const READS: Like = { reversibility: 'none', repeat: 'natural' };
const SAFE: Like = { reversibility: 'B', repeat: 'natural' };
const ONCE: Like = { reversibility: 'C', repeat: 'none' };

async function act(perform: Perform, like: Like = SAFE, given: Given = {}, attempts = 3, timeoutMs = 1000) {
  const ledger = createMemoryLedger({ log: 'test', now: () => START });
  const { world, calls } = worldOf(ledger, { perform, ...given });
  const asked = question(like);
  const retry = { attempts, backoffMs: 1000, on: ['rate_limited', 'unavailable', 'unknown'] } as const;
  const call = callFor(asked, { retry, timeoutMs });
  let error: unknown = null;
  const result: Result | null = await createAct(world)({ run: RUN, facts: [], call, at: START }).then(
    (told) => withoutReceipts<Result>(told),
    (thrown: unknown) => {
      error = thrown;
      return null;
    },
  );
  const claim = await ledger.lookup(claimKey(asked, RUN));
  const entries = await entriesOf(ledger);
  return { result, error, claim: claim?.state ?? 'free', last: entries.at(-1), calls };
}

const cancelled: Given = { pulse: () => pulse('attempt-1', { cancelled: () => true }) };

describe('done', () => {
  test('keeps the output under the key, and its digest in the record', async () => {
    const { result, claim, last } = await act(answering({ kind: 'done', output: { removed: ['f1'] } }));
    expect([result?.kind, claim]).toEqual(['done', 'done']);
    expect(last).toMatchObject({ event: 'connector_called', details: { result: 'done', attempt: 1 } });
    expect(JSON.stringify(last)).not.toContain('f1');
  });

  test('counts even when the run was cancelled meanwhile: the effect was made', async () => {
    const perform = answering({ kind: 'done', output: { removed: [] } });
    expect(await act(perform, ONCE, cancelled)).toMatchObject({ result: { kind: 'done' }, claim: 'done' });
  });

  test.each([
    ['lacks a field', {}],
    ['has a field nobody promised', { removed: [], extra: 1 }],
    ['has a field of another type', { removed: 'f1' }],
    ['is no plain JSON', { removed: [() => 'f1'] as never }],
    ['is too large to be kept', { removed: ['f'.repeat(300_000)] }],
  ])('with an output that %s, a change is not taken for done', async (_, output) => {
    const perform = answering({ kind: 'done', output });
    const changed = await act(perform, SAFE);
    expect(changed.result).toMatchObject({ kind: 'indeterminate', fault: { code: 'bad_output' } });
    expect(changed.claim).toBe('indeterminate');
    const read = await act(perform, READS);
    expect(read.result).toMatchObject({ kind: 'failed', fault: { code: 'bad_output' } });
    expect(read.claim).toBe('free');
  });
});

describe('an odd character in what a provider sent', () => {
  test('is replaced, so that the effect is recorded and made once', async () => {
    const { result, claim, calls } = await act(answering({ kind: 'done', output: { removed: ['f\ud83d'] } }));
    expect(result).toMatchObject({ kind: 'done', output: { removed: ['f\ufffd'] } });
    expect([claim, calls.length]).toEqual(['done', 1]);
  });

  test('is replaced in what a person is told to do', async () => {
    const perform = answering({
      kind: 'action_required',
      instructions: 'ask \ud83d',
      onceDone: { removed: ['\udc00'] },
    });
    const { result, claim } = await act(perform);
    expect(result).toMatchObject({ instructions: 'ask \ufffd', onceDone: { removed: ['\ufffd'] } });
    expect(claim).toBe('action_required');
  });

  test('is not made by cutting a long message short', async () => {
    const message = `${'x'.repeat(499)}👍`;
    const { result } = await act(answering({ kind: 'refused', fault: { code: 'no', message } }));
    expect(result).toMatchObject({ fault: { message: `${'x'.repeat(499)}\ufffd` } });
  });
});

const needingSecret: Perform = async (_input, call) => {
  await call.secret('secret://env/TOKEN');
  throw new Error('reached the provider');
};

describe('refused', () => {
  test('fails the task and frees the key', async () => {
    const { result, claim, last } = await act(answering({ kind: 'refused', fault }), ONCE);
    expect(result).toEqual({ kind: 'failed', fault, attempts: 1 });
    expect(claim).toBe('free');
    expect(last).toMatchObject({
      event: 'connector_error',
      details: { code: 'cut', note: 'nothing was changed' },
    });
  });

  test('is what a secret that is none, or not for this connector, comes to: before any effect', async () => {
    const bound = { code: 'secret_bound', message: 'secret://env/TOKEN is not open to mail' };
    const secret = () => Promise.reject(new SecretUnavailable(bound));
    const { result, claim } = await act(needingSecret, ONCE, { secret });
    expect([result, claim]).toEqual([{ kind: 'failed', fault: bound, attempts: 1 }, 'free']);
  });

  test('tells no secret, and not more than a page', async () => {
    const message = `token hunter2 ${'x'.repeat(1000)}`;
    const { result, last } = await act(answering({ kind: 'refused', fault: { code: 'no', message } }));
    const told = result?.kind === 'failed' ? result.fault.message : '';
    expect(told).toContain('token [secret]');
    expect(told.length).toBe(500);
    expect(JSON.stringify([result, last])).not.toContain('hunter2');
  });
});

describe('try again', () => {
  test('asks for another attempt after the provider’s own time, and keeps the key', async () => {
    const { error, claim, last } = await act(again, ONCE);
    expect(error).toMatchObject({ name: 'TryAgain', code: 'cut', afterMs: 30_000 });
    expect(claim).toBe('claimed');
    expect(last?.details).toMatchObject({ result: 'retry', note: 'will be tried again' });
  });

  test('S04: is what a secret that cannot be had just now comes to: nothing was sent', async () => {
    const missing = { code: 'secret_missing', message: 'secret://env/TOKEN is not set' };
    const secret = () => Promise.reject(new SecretUnavailable(missing));
    const { error, claim } = await act(needingSecret, ONCE, { secret });
    expect(error).toMatchObject({ name: 'TryAgain', code: 'secret_missing' });
    expect(claim).toBe('claimed');
  });

  test('fails when the attempts are used up, and frees the key', async () => {
    const { result, claim } = await act(again, ONCE, {}, 1);
    expect(result).toMatchObject({
      kind: 'failed',
      fault: { message: 'the line broke; given up after 1 attempt(s)' },
    });
    expect(claim).toBe('free');
  });

  test('ends with the run: nothing was changed, so the task is cancelled and the key free', async () => {
    expect(await act(again, ONCE, cancelled)).toMatchObject({ result: { kind: 'cancelled' }, claim: 'free' });
  });
});

describe.each([
  ['unknown', unknown, 'cut'],
  ['an exception', thrown, 'connector_threw'],
] as const)('%s', (_, perform, code) => {
  test('is tried again where a repeat is harmless', async () => {
    for (const like of [READS, SAFE]) {
      const { error, claim } = await act(perform, like);
      expect([error, claim]).toMatchObject([{ name: 'TryAgain', code }, 'claimed']);
    }
  });

  test('leaves its fate open where a repeat could do harm', async () => {
    const { result, claim, last } = await act(perform, ONCE);
    expect(result).toMatchObject({ kind: 'indeterminate', fault: { code }, attempts: 1 });
    expect(claim).toBe('indeterminate');
    expect(last?.details).toMatchObject({ note: 'it may or may not have taken effect' });
  });

  test('leaves its fate open when the attempts are used up, unless nothing could have changed', async () => {
    expect(await act(perform, SAFE, {}, 1)).toMatchObject({ result: { kind: 'indeterminate' } });
    expect(await act(perform, READS, {}, 1)).toMatchObject({ result: { kind: 'failed' }, claim: 'free' });
  });

  test('leaves its fate open in a cancelled run, unless nothing could have changed', async () => {
    expect(await act(perform, SAFE, cancelled)).toMatchObject({ result: { kind: 'indeterminate' } });
    expect(await act(perform, READS, cancelled)).toMatchObject({
      result: { kind: 'cancelled' },
      claim: 'free',
    });
  });

  test('quotes nothing the connector said when it broke off', async () => {
    const { result, last } = await act(perform, ONCE);
    expect(JSON.stringify([result, last])).not.toContain('hunter2');
  });
});

describe('what a connector is handed', () => {
  test('a limit in time, after which its requests are broken off', async () => {
    const perform: Perform = (_input, call) =>
      new Promise((resolve) => {
        call.signal.addEventListener('abort', () => resolve({ kind: 'unknown', fault }));
      });
    const { result } = await act(perform, ONCE, {}, 1, 20);
    expect(result?.kind).toBe('indeterminate');
  });

  test('the same key on every attempt, and the number of the attempt', async () => {
    const ledger = createMemoryLedger({ log: 'test', now: () => START });
    const { world, calls } = worldOf(ledger, { perform: again });
    const perform = createAct(world);
    const input = { run: RUN, facts: [], call: callFor(), at: START };
    for (const _ of [1, 2]) await expect(perform(input)).rejects.toMatchObject({ name: 'TryAgain' });
    expect(calls.map(({ attempt }) => attempt)).toEqual([1, 2]);
    expect(new Set(calls.map(({ key }) => key)).size).toBe(1);
    expect(calls[0]?.key).toMatch(/^[0-9a-f]{64}$/);
  });

  test('secrets as the reader it is: a reference that came in as an input is read as an input', async () => {
    const readers: string[] = [];
    const perform: Perform = async (_input, call) => {
      await call.secret('secret://env/TOKEN');
      await call.secret('alice');
      return { kind: 'done', output: { removed: [] } };
    };
    const secret = async (reference: string, reader: string): Promise<string> => {
      readers.push(`${reference} as ${reader}`);
      return 'x';
    };
    await act(perform, SAFE, { secret });
    expect(readers).toEqual(['secret://env/TOKEN as mail', 'alice as mail:inputs']);
  });

  test('a sign of life is given while it works, and none for what is over at once', async () => {
    let beats = 0;
    const counted = { pulse: () => pulse('attempt-1', { beat: () => void (beats += 1) }) };
    await act(answering({ kind: 'done', output: { removed: [] } }), SAFE, counted);
    expect(beats).toBe(0);
    const slowly: Perform = async () => {
      await new Promise((resolve) => setTimeout(resolve, 2_300));
      return { kind: 'done', output: { removed: [] } };
    };
    await act(slowly, SAFE, counted);
    expect(beats).toBe(1);
  });
});
