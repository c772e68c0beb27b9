/** How a waiting task hears people: whatever is said is weighed first, and what does not count leaves its fact. */
import type { JsonObject } from '../language/json.ts';
import type { Heard, Message, Reply } from '../ports.ts';
import { dueNow, laterOf, nextDue, withoutFirst } from './deferral.ts';
import type { Deferred } from './state.ts';
import { MISFITS, type Counted, type Ear, type Listened, type Misfit, type Strand } from './strand.ts';

/**
 * Waits until someone whose word counts says something this wait can use, or time is up. Words that do not count
 * change nothing; one that nobody can weigh now is kept and weighed again.
 */
export async function listen(strand: Strand, until: number, ear: Ear): Promise<Listened> {
  const { ports, record, task } = strand;
  for (;;) {
    const again = dueNow(record, ports.now());
    if (again !== null) withoutFirst(record, again.message);
    const heard =
      again === null ? await ports.hear(task.name, Math.min(until, nextDue(record))) : keptBy(again);
    if (heard.kind === 'time' && dueNow(record, ports.now()) !== null) continue;
    if (heard.kind !== 'message') return heard;
    const answer = await weigh(strand, ear, heard.message, heard.reply, again?.tries ?? 0);
    if (answer !== null) return answer;
  }
}

/** Whoever sent it was told long ago that it waits. */
function keptBy({ message }: Deferred): Extract<Heard, { readonly kind: 'message' }> {
  return { kind: 'message', message, reply: () => {} };
}

/** Null: the word changed nothing, and the task goes on waiting. */
async function weigh(
  strand: Strand,
  ear: Ear,
  message: Message,
  reply: (reply: Reply) => void,
  tries: number,
): Promise<Listened | null> {
  const { ports, recorder, record, task } = strand;
  const refuse = (code: string, reason: string, more: JsonObject = {}): null => {
    recorder.announce(task.name, 'vote_refused', {
      kind: message.kind,
      by: message.by,
      code,
      reason,
      ...more,
    });
    // Still waiting, but with something to record: the task may not speak again for days.
    strand.wait(record.waiting);
    reply({ counted: false, code, reason });
    return null;
  };
  const misfit = ports.now() >= ear.deadline ? 'late' : ear.usable(message);
  if (misfit !== null) return refuse(misfit, MISFITS[misfit]);
  const card = record.waiting?.kind === 'approval' ? record.waiting.card : null;
  const weighed = await recorder.carry(task.name, (facts) => ports.weigh(message, card, facts));
  switch (weighed.kind) {
    case 'refused': {
      const { code, reason, assurance } = weighed;
      return refuse(code, reason, assurance === undefined ? {} : { assurance });
    }
    case 'unavailable':
      return defer(strand, message, reply, tries, weighed.reason, refuse);
    case 'superseded':
      reply({ counted: false, code: weighed.code, reason: weighed.reason });
      return weighed;
    case 'counts':
      return taken(strand, ear, message, reply, weighed, refuse);
    default:
      return weighed satisfies never;
  }
}

type Refuse = (code: string, reason: string, more?: JsonObject) => null;

function taken(
  { task }: Strand,
  ear: Ear,
  message: Message,
  reply: (reply: Reply) => void,
  weighed: Counted,
  refuse: Refuse,
): Listened | null {
  const misfit: Misfit | null = ear.admits?.(message, weighed) ?? null;
  if (misfit !== null) return refuse(misfit, MISFITS[misfit], { person: weighed.by });
  reply({ counted: true, code: message.kind, reason: `${message.kind} of ${task.name} was taken` });
  const person = { by: weighed.by, reason: message.reason, assurance: weighed.assurance };
  return { kind: 'word', message, person, weighed };
}

function defer(
  strand: Strand,
  message: Message,
  reply: (reply: Reply) => void,
  tries: number,
  reason: string,
  refuse: Refuse,
): null {
  const { ports, recorder, record, task } = strand;
  if (!laterOf(record, message, tries, ports.now()))
    return refuse('too_many_waiting', 'too many words wait to be weighed already; send it again later');
  if (tries === 0)
    recorder.announce(task.name, 'vote_deferred', { kind: message.kind, by: message.by, reason });
  strand.wait(record.waiting);
  reply({ counted: false, code: 'deferred', reason: `${reason}; it is kept, and will be weighed again` });
  return null;
}
