/** What each port means in Temporal: which activity, which time-out, how a person's word arrives. */
import {
  ActivityCancellationType,
  ActivityFailure,
  condition,
  isCancellation,
  log,
  proxyActivities,
  proxyLocalActivities,
  uuid4,
  workflowInfo,
  type CancellationScope,
} from '@temporalio/workflow';
import type { LocalActivities, RemoteActivities } from './activities.ts';
import { withoutReceipts } from './audit/receipt.ts';
import type { Mailbox } from './mailbox.ts';
import type {
  Call,
  Card,
  Heard,
  Judgement,
  Message,
  NoCard,
  Ports,
  Result,
  RunRef,
  Weighed,
} from './ports.ts';
import { createRounds } from './rounds.ts';

/** Retried until it answers: policy and record must be reached before anything else happens. */
export const short = proxyLocalActivities<LocalActivities>({
  startToCloseTimeout: '10 seconds',
  // Longer pauses become timers of the workflow, so that a store that is down for hours costs few events.
  localRetryThreshold: '10 seconds',
  retry: { initialInterval: '200 milliseconds', backoffCoefficient: 2, maximumInterval: '30 seconds' },
});

/** A worker that dies is noticed after this long without a sign of life. */
const HEARTBEAT_MS = 6_000;
/** For claiming, recording and reporting around the call itself. */
const MARGIN_MS = 15_000;

export interface Surroundings {
  readonly run: RunRef;
  readonly mailbox: Mailbox;
  readonly pollMs: number | null;
  /** True once the run has been cancelled. */
  readonly cancelled: () => boolean;
  /** Cancelled with the run; calls under way live in it. */
  readonly calls: CancellationScope;
  readonly continueAfterEvents: number | null;
  /** By connector: the task queue of its calls, where that is not the run's own. */
  readonly queues: { readonly [connector: string]: string };
  /** Something that people look at may have changed. */
  readonly refresh: () => void;
}

export function createTemporalPorts(around: Surroundings): Ports {
  const { run, mailbox } = around;
  const rounds = createRounds();
  const polls = new Map<string, number>();
  const nextPoll = (task: string): number => {
    const count = (polls.get(task) ?? 0) + 1;
    polls.set(task, count);
    return count;
  };
  const now = (): number => Date.now();
  /** A run that has only taken up its waiting tasks again must not hand them on at once, for ever. */
  let progressed = false;
  const suspendDue = (): boolean => {
    if (!progressed) return false;
    const { continueAsNewSuggested, historyLength } = workflowInfo();
    return around.continueAfterEvents === null
      ? continueAsNewSuggested
      : historyLength >= around.continueAfterEvents;
  };
  return {
    now,
    suspendDue,
    cancelled: around.cancelled,
    nonce: () => uuid4(),
    pollMs: () => around.pollMs,
    judge(question, facts) {
      progressed = true;
      return rounds.join(
        () => short.judge({ run, facts, question, at: now() }),
        (judgement) => withoutReceipts<Judgement>(judgement),
      );
    },
    ask: (body, facts) =>
      rounds.join(
        () => short.ask({ run, facts, body }),
        (asked) => withoutReceipts<Card | NoCard>(asked),
      ),
    tell(card, occasion) {
      const told = errand(card).tell({ run, card, occasion, at: now() });
      told.catch((error: unknown) =>
        log.warn('people could not be told of a card', { cancelled: isCancellation(error) }),
      );
    },
    weigh(message, card, facts) {
      progressed = true;
      return rounds.join(
        () => short.weigh({ run, facts, message, card, at: now() }),
        (weighed) => withoutReceipts<Weighed>(weighed),
      );
    },
    settle: (call, settled, facts) =>
      rounds.join(() => short.settle({ run, facts, call, settled, at: now() }), nothing),
    async record(facts) {
      if (facts.some(({ event }) => event !== 'run_continued')) progressed = true;
      if (facts.length > 0) await rounds.join(() => short.record({ run, facts }), nothing);
    },
    async hear(task, until) {
      around.refresh();
      const stirred = (): boolean => mailbox.has(task) || around.cancelled() || suspendDue();
      // A timer has an end; some waits have none.
      if (until === Infinity) await condition(stirred);
      else await condition(stirred, Math.max(1, until - now()));
      return heard(around, task, suspendDue());
    },
    spokenTo: (task) => mailbox.has(task),
    unheard(task) {
      const late: Message[] = [];
      for (let letter = mailbox.take(task); letter !== null; letter = mailbox.take(task)) {
        letter.reply({ counted: false, code: 'late', reason: `${task} no longer waits` });
        late.push(letter.message);
      }
      return late;
    },
    async act(call, facts) {
      around.refresh();
      const { act } = remote(around, call, `${call.question.task}: ${call.question.type}`, call.label);
      try {
        return withoutReceipts<Result>(await around.calls.run(() => act({ run, facts, call, at: now() })));
      } catch (error) {
        return lostCall(error);
      }
    },
    check(call) {
      progressed = true;
      return remote(
        around,
        call,
        `${call.question.task}: is it done?`,
        `${call.question.task}:check:${nextPoll(call.question.task)}`,
      ).check({
        run,
        call,
      });
    },
  };
}

/** Of these only the receipts come back, and those are for history. */
const nothing = (): void => {};

/** A message first, so that a word spoken in time counts even when other news came with it. */
function heard(around: Surroundings, task: string, suspend: boolean): Heard {
  const letter = around.cancelled() ? null : around.mailbox.take(task);
  if (letter !== null) return { kind: 'message', ...letter };
  if (around.cancelled()) return { kind: 'cancelled' };
  return suspend ? { kind: 'suspend' } : { kind: 'time' };
}

function remote({ queues }: Surroundings, call: Call, summary: string, activityId: string): RemoteActivities {
  const { connector } = call.question;
  const taskQueue = Object.hasOwn(queues, connector) ? queues[connector] : undefined;
  return proxyActivities<RemoteActivities>({
    ...(taskQueue === undefined ? {} : { taskQueue }),
    activityId,
    summary,
    startToCloseTimeout: call.timeoutMs + MARGIN_MS,
    heartbeatTimeout: HEARTBEAT_MS,
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    // Attempts at the provider are counted with the claim, not here: losing a worker or the store is not one.
    retry: { initialInterval: call.retry.backoffMs, backoffCoefficient: 2, maximumInterval: '5 minutes' },
  });
}

/** Tried a few times, and then left: people also look by themselves. */
function errand({ body }: Card): RemoteActivities {
  return proxyActivities<RemoteActivities>({
    summary: `${body.task}: tell those who may approve`,
    startToCloseTimeout: '2 minutes',
    scheduleToCloseTimeout: '10 minutes',
    retry: { initialInterval: '5 seconds', backoffCoefficient: 3, maximumAttempts: 3 },
  });
}

/** The call ended without an answer, so whether it took effect is not known. */
function lostCall(error: unknown): Result {
  if (!(error instanceof ActivityFailure) && !isCancellation(error)) throw error;
  log.warn('a connector call ended without an answer', { cancelled: isCancellation(error) });
  const fault = { code: 'call_lost', message: 'the call ended without an answer; its effect is not known' };
  return { kind: 'indeterminate', fault, attempts: 1 };
}
