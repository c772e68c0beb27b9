/**
 * Signals, updates and queries of a run. A signal is a doorbell: what it carries is read with distrust,
 * and whether it counts is decided elsewhere (walk/consent.ts, activities/weigh.ts).
 */
import { condition, setHandler } from '@temporalio/workflow';
import type { Mailbox } from './mailbox.ts';
import { DESCRIPTIONS, signals, updates } from './messages.ts';
import type { Reply } from './ports.ts';
import { MESSAGE_KINDS, readMessage, type MessageKind } from './walk/message.ts';

/** Signals beyond this many unheard ones are dropped, each with its fact: a flood must not fill memory. */
const MOST_UNHEARD = 1_000;

export interface Door {
  /** Null until the plan is there; then says whether a task by this name is waiting for a person. */
  readonly waits: (task: string) => boolean;
  readonly ignored: (kind: MessageKind, code: string, task: string | null) => void;
}

/** Must be called before the first await, so that no message comes before its handler. */
export function hangDoorbell(mailbox: Mailbox, door: Door): void {
  let unheard = 0;
  for (const kind of MESSAGE_KINDS) {
    const description = DESCRIPTIONS[kind];
    setHandler(
      signals[kind],
      (raw: unknown) => {
        const reading = readMessage(kind, raw);
        if (reading.kind === 'malformed') return door.ignored(kind, reading.code, null);
        const { task } = reading.message;
        if (!door.waits(task)) return door.ignored(kind, 'nothing_open', task);
        if (unheard >= MOST_UNHEARD) return door.ignored(kind, 'flood', task);
        unheard += 1;
        mailbox.put({ message: reading.message, reply: () => (unheard -= 1) });
      },
      { description },
    );
    setHandler(
      updates[kind],
      async (raw: unknown): Promise<Reply> => {
        const reading = readMessage(kind, raw);
        if (reading.kind === 'malformed') throw new TypeError(`malformed ${kind}: ${reading.code}`);
        let answer: Reply | null = null;
        mailbox.put({ message: reading.message, reply: (reply) => (answer = reply) });
        await condition(() => answer !== null);
        return answer ?? { counted: false, code: 'lost', reason: 'no answer' };
      },
      { description, validator: (raw: unknown) => refuseEarly(kind, raw, door) },
    );
  }
}

/** Runs before the update enters history: what could never count is refused at once, with what to do. */
function refuseEarly(kind: MessageKind, raw: unknown, door: Door): void {
  const reading = readMessage(kind, raw);
  if (reading.kind === 'malformed')
    throw new TypeError(`this ${kind} cannot be read (${reading.code}); expected ${DESCRIPTIONS[kind]}`);
  const { task } = reading.message;
  if (!door.waits(task))
    throw new TypeError(`nothing is open for task ${task}; query approvals shows what is`);
}
