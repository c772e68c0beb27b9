/**
 * Signals, updates and queries of a run. A signal is a doorbell: what it carries is read with distrust,
 * and whether it counts is decided elsewhere (walk/consent.ts, activities/weigh.ts).
 */
import { condition, setHandler } from '@temporalio/workflow';
import type { Mailbox } from './mailbox.ts';
import { DESCRIPTIONS, signals, updates } from './messages.ts';
import type { Message, Reply } from './ports.ts';
import { MESSAGE_KINDS, readMessage, type MessageKind } from './walk/message.ts';

/**
 * As many as the server lets one execution receive, so that no flood pushes out a word that could count; and not
 * more text than a run can hold in memory. Beyond either, words are dropped.
 */
const MOST_UNHEARD = 10_000;
const MOST_UNHEARD_CHARACTERS = 16_000_000;

export interface Door {
  /** Null where the task can use this word now; otherwise why it cannot. */
  readonly closedTo: (message: Message) => string | null;
  readonly ignored: (kind: MessageKind, code: string, task: string | null) => void;
}

/** Must be called before the first await, so that no message comes before its handler. */
export function hangDoorbell(mailbox: Mailbox, door: Door): void {
  let unheard = 0;
  let characters = 0;
  for (const kind of MESSAGE_KINDS) {
    const description = DESCRIPTIONS[kind];
    setHandler(
      signals[kind],
      (raw: unknown) => {
        const reading = readMessage(kind, raw);
        if (reading.kind === 'malformed') return door.ignored(kind, reading.code, null);
        const { message } = reading;
        const { task } = message;
        const closed = door.closedTo(message);
        if (closed !== null) return door.ignored(kind, closed, task);
        const size = JSON.stringify(message).length;
        if (unheard >= MOST_UNHEARD || characters + size > MOST_UNHEARD_CHARACTERS)
          return door.ignored(kind, 'flood', task);
        unheard += 1;
        characters += size;
        mailbox.put({
          message,
          reply: () => {
            unheard -= 1;
            characters -= size;
          },
        });
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
  const closed = door.closedTo(reading.message);
  if (closed === 'committed')
    throw new TypeError(`${task} has acted already; what was approved cannot be taken back`);
  if (closed !== null) throw new TypeError(`nothing is open for task ${task}; query approvals shows what is`);
}
