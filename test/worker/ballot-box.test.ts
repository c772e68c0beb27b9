import { describe, expect, test } from '@jest/globals';
import type { Client } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import type { BallotBox } from '../../activities/approvals/ballot-box.ts';
import { openBallotBoxes } from '../../worker/ballot-box.ts';

const [STARTED, TASK_SCHEDULED, TASK_STARTED, TASK_COMPLETED, ACTIVITY_STARTED] = [1, 5, 6, 7, 11];
const [TASK_FAILED, SIGNALED, BY_RESET] = [9, 26, 20];
const OPENED_AT = 10_000;

interface Event {
  readonly eventType: number;
  readonly at: number;
  readonly by?: string;
  readonly more?: object;
}

const event = (eventType: number, at: number, by = 'worker', more: object = {}): Event => ({
  eventType,
  at,
  by,
  more,
});
const signal = (at: number, by: string): Event =>
  event(SIGNALED, at, by, {
    workflowExecutionSignaledEventAttributes: {
      signalName: 'approve',
      input: { payloads: [defaultPayloadConverter.toPayload({ by })] },
    },
  });

/** Reads runs given oldest event first, in small pages. */
async function read(
  runs: { readonly [runId: string]: readonly Event[] },
  current = 'r1',
): Promise<BallotBox> {
  const newestFirst = new Map(
    Object.entries(runs).map(([id, events]) => [id, events.map(written).toReversed()]),
  );
  const getWorkflowExecutionHistoryReverse = (asked: {
    readonly execution: { readonly runId: string };
    readonly nextPageToken?: Uint8Array;
  }): Promise<object> => {
    const events = newestFirst.get(asked.execution.runId) ?? [];
    const page = events.length > 100 ? 500 : 2;
    const from = (asked.nextPageToken?.[0] ?? 0) * page;
    const more = from + page < events.length;
    return Promise.resolve({
      history: { events: events.slice(from, from + page) },
      nextPageToken: more ? Uint8Array.of(from / page + 1) : new Uint8Array(),
    });
  };
  const client = { options: { namespace: 'n' }, workflowService: { getWorkflowExecutionHistoryReverse } };
  return openBallotBoxes(client as unknown as Client)({ workflowId: 'w', runId: current }, OPENED_AT);
}

function written({ eventType, at, by, more }: Event, index: number): object {
  const eventTime = { seconds: Math.floor(at / 1000), nanos: (at % 1000) * 1e6 };
  return { eventId: index + 1, eventType, eventTime, principal: { type: 'jwt', name: by }, ...more };
}

const voters = ({ ballots }: BallotBox): readonly string[] =>
  ballots.map(({ principal, reapplied }) => `${principal?.name ?? 'nobody'}${reapplied ? ' (reset)' : ''}`);

const BEGUN = [
  event(STARTED, 1_000),
  event(TASK_SCHEDULED, 1_000),
  event(TASK_STARTED, 1_001),
  event(TASK_COMPLETED, 1_002),
];
const CARD = [event(TASK_SCHEDULED, 9_990), event(TASK_STARTED, OPENED_AT), event(TASK_COMPLETED, 10_010)];

describe('the ballot box', () => {
  test('holds what was sent since the card was opened, newest first, and nothing older', async () => {
    const box = await read({
      r1: [...BEGUN, signal(5_000, 'early'), ...CARD, signal(11_000, 'carol'), signal(12_000, 'bob')],
    });
    expect(voters(box)).toEqual(['bob', 'carol']);
    expect(box).toMatchObject({ whole: true, workers: [{ name: 'worker' }] });
  });

  test('is not closed early by an event that was written down late, with an older time', async () => {
    const late = event(ACTIVITY_STARTED, 9_000);
    const box = await read({
      r1: [...BEGUN, ...CARD, signal(11_000, 'carol'), late, signal(12_000, 'bob'), late],
    });
    expect(voters(box)).toEqual(['bob', 'carol']);
  });

  test('goes on in the runs that this one continues, and only as far as the card reaches back', async () => {
    const continues = (runId: string): Event =>
      event(STARTED, 11_500, 'worker', {
        workflowExecutionStartedEventAttributes: { continuedExecutionRunId: runId },
      });
    const runs = {
      r1: [...BEGUN, signal(5_000, 'early'), ...CARD, signal(11_000, 'carol')],
      r2: [
        continues('r1'),
        event(TASK_SCHEDULED, 11_501),
        event(TASK_STARTED, 11_502),
        signal(12_000, 'bob'),
      ],
    };
    expect(voters(await read(runs, 'r2'))).toEqual(['bob', 'carol']);
  });

  test('A08: marks what a reset put in, and looks no further back', async () => {
    const reset = event(TASK_FAILED, 20_000, 'bob', {
      workflowTaskFailedEventAttributes: { cause: BY_RESET },
    });
    const box = await read({
      r1: [
        ...BEGUN,
        ...CARD,
        signal(11_000, 'carol'),
        reset,
        signal(20_000, 'bob'),
        event(TASK_SCHEDULED, 20_000),
        signal(21_000, 'dan'),
      ],
    });
    expect(voters(box)).toEqual(['dan', 'bob (reset)']);
  });

  test('A12: says so when there is more than may be read', async () => {
    const flood = Array.from({ length: 31_000 }, () => event(TASK_SCHEDULED, 11_000));
    expect((await read({ r1: [...BEGUN, ...CARD, signal(11_000, 'carol'), ...flood] })).whole).toBe(false);
  });

  test('bytes that nobody can read are a signal without words', async () => {
    const odd = event(SIGNALED, 11_000, 'eve', {
      workflowExecutionSignaledEventAttributes: {
        signalName: 'approve',
        input: {
          payloads: [{ metadata: { encoding: Buffer.from('binary/encrypted') }, data: Buffer.from('x') }],
        },
      },
    });
    expect((await read({ r1: [...BEGUN, ...CARD, odd] })).ballots).toMatchObject([{ payload: null }]);
  });
});
