/**
 * The walk without Temporal: the real activities over a store in memory, a scripted policy and scripted
 * connectors, on a clock turned by hand.
 */
import type { Activities } from '../../workflows/activities.ts';
import type { JsonObject } from '../../workflows/language/json.ts';
import type {
  Card,
  Heard,
  Judgement,
  Message,
  NoCard,
  Ports,
  Result,
  RunRef,
  Weighed,
} from '../../workflows/ports.ts';
import { readMessage, MESSAGE_KINDS, type MessageKind } from '../../workflows/walk/message.ts';
import { withoutReceipts, type Witnessed } from '../../workflows/audit/receipt.ts';
import { createMailbox } from '../../workflows/mailbox.ts';
import { closedTo } from '../../workflows/walk/opening.ts';
import type { RunState, Waiting } from '../../workflows/walk/state.ts';
import type { Walk } from '../../workflows/walk/walk.ts';
import { TryAgain } from '../../activities/try-again.ts';
import type { Pulse } from '../../activities/world.ts';
import type { Clock } from './clock.ts';
import { scriptedProof } from './scripted-people.ts';
import { durationMs, type Rehearsal, type Said } from './script.ts';

/** Attempt counting and cancellation, which Temporal keeps for a real run. */
export interface Attempts {
  readonly pulse: () => Pulse;
  /** Runs one call until it answers; each try is another attempt. */
  repeat<T>(clock: Clock, backoffMs: number, call: () => Promise<T>): Promise<T>;
  cancel(): void;
  cancelled(): boolean;
}

/** A rehearsal must not go on for ever where a script refuses every attempt. */
const MOST_ATTEMPTS = 100;

/** `name` keeps the attempts of two runs apart. */
export function createAttempts(name = 'rehearsal'): Attempts {
  const controller = new AbortController();
  let count = 0;
  return {
    pulse: () => ({
      attemptId: `${name}:${count}`,
      signal: controller.signal,
      cancelled: () => controller.signal.aborted,
      beat: () => {},
    }),
    async repeat(clock, backoffMs, call) {
      for (let tries = 0; ; tries += 1) {
        count += 1;
        try {
          return await call();
        } catch (error) {
          if (!(error instanceof TryAgain) || tries >= MOST_ATTEMPTS) throw error;
          await clock.sleep(error.afterMs ?? backoffMs * 2 ** Math.min(tries, 8));
        }
      }
    },
    cancel: () => controller.abort(),
    cancelled: () => controller.signal.aborted,
  };
}

export interface Stage {
  readonly ports: Ports;
  /** Lets people speak, and the run be cancelled, when the script says so. */
  open(walk: Walk, state: RunState): void;
}

export function createStage(
  rehearsal: Pick<Rehearsal, 'people' | 'cancel_at'>,
  run: RunRef,
  activities: Activities,
  clock: Clock,
  attempts: Attempts,
): Stage {
  const mailbox = createMailbox();
  const listeners = new Map<string, () => void>();
  const start = clock.now();
  let nonces = 0;
  const work = async <T extends object>(call: Promise<T & Witnessed>): Promise<T> =>
    withoutReceipts<T>(await clock.working(call));

  const ports: Ports = {
    now: () => clock.now(),
    nonce: () => `nonce-${(nonces += 1)}`,
    pollMs: () => null,
    cancelled: () => attempts.cancelled(),
    suspendDue: () => false,
    judge: (question, facts) => work<Judgement>(activities.judge({ run, facts, question, at: clock.now() })),
    ask: (body, facts) => work<Card | NoCard>(activities.ask({ run, facts, body })),
    tell(card, occasion) {
      void clock.working(activities.tell({ run, card, occasion, at: clock.now() }));
    },
    weigh: (message, card, facts) =>
      work<Weighed>(activities.weigh({ run, facts, message, card, at: clock.now() })),
    async settle(call, settled, facts) {
      await work(activities.settle({ run, facts, call, settled, at: clock.now() }));
    },
    async record(facts) {
      await work(activities.record({ run, facts }));
    },
    check: (call) => clock.working(activities.check({ run, call })),
    act(call, facts) {
      const at = clock.now();
      return work<Result>(
        attempts.repeat(clock, call.retry.backoffMs, () => activities.act({ run, facts, call, at })),
      );
    },
    hear: (task, until) => hear(task, until),
    spokenTo: (task) => mailbox.has(task),
    unheard(task) {
      const late: Message[] = [];
      for (let letter = mailbox.take(task); letter !== null; letter = mailbox.take(task))
        late.push(letter.message);
      return late;
    },
  };

  async function hear(task: string, until: number): Promise<Heard> {
    if (!attempts.cancelled() && !mailbox.has(task))
      await new Promise<void>((resolve) => {
        const timer = clock.at(until, resolve);
        listeners.set(task, () => {
          timer.cancel();
          resolve();
        });
      });
    listeners.delete(task);
    if (attempts.cancelled()) return { kind: 'cancelled' };
    const letter = mailbox.take(task);
    return letter === null ? { kind: 'time' } : { kind: 'message', ...letter };
  }

  const deliver = (walk: Walk, state: RunState, said: Said): void => {
    if (!isMessageKind(said.say)) return walk.ignored({ kind: said.say, code: 'unknown_signal', task: null });
    const reading = readMessage(said.say, said.raw ?? payloadOf(said, state));
    if (reading.kind === 'malformed') return walk.ignored({ kind: said.say, code: reading.code, task: null });
    const { task } = reading.message;
    const closed = closedTo(reading.message, state);
    if (closed !== null) return walk.ignored({ kind: said.say, code: closed, task });
    mailbox.put({ message: reading.message, reply: () => {} });
    listeners.get(task)?.();
  };

  return {
    ports,
    open(walk, state) {
      for (const said of rehearsal.people)
        clock.at(start + durationMs(said.at), () => deliver(walk, state, said));
      if (rehearsal.cancel_at !== undefined)
        clock.at(start + durationMs(rehearsal.cancel_at), () => {
          attempts.cancel();
          for (const wake of listeners.values()) wake();
        });
    },
  };
}

function isMessageKind(name: string): name is MessageKind {
  return (MESSAGE_KINDS as readonly string[]).includes(name);
}

/** The message a person means who does not spell it out: the digest is that of the card on the table. */
function payloadOf(said: Said, state: RunState): JsonObject {
  const waiting = said.task === undefined ? null : state.tasks[said.task]?.waiting;
  const digest = said.digest ?? digestOf(waiting) ?? '0'.repeat(64);
  const { ticket, scope, minutes } = said;
  const glass =
    said.say === 'break_glass'
      ? { ticket: ticket ?? 'INC-1', scope: scope ?? 'run', minutes: minutes ?? 30 }
      : {};
  const vote = ['approve', 'reject', 'withdraw', 'break_glass', 'review'].includes(said.say);
  return {
    task: said.task ?? '',
    by: said.by ?? 'sam',
    reason: said.reason ?? 'seen and agreed',
    ...(vote ? { digest } : {}),
    ...glass,
    ...(said.assurance === undefined ? {} : { proof: { ...scriptedProof(said.assurance) } }),
    ...(said.result === undefined ? {} : { result: said.result }),
    ...(said.output === undefined ? {} : { output: said.output }),
  };
}

function digestOf(waiting: Waiting | null | undefined): string | null {
  if (waiting?.kind === 'approval') return waiting.card.digest;
  return waiting?.kind === 'review' ? waiting.glass.use : null;
}
