/** The claim around a call, and the facts that are kept in the same commit as each of its steps. */
import type { Json } from '../workflows/language/json.ts';
import type { Call, RunRef } from '../workflows/ports.ts';
import type { StampedFact } from '../workflows/walk/fact.ts';
import type { Fault } from '../workflows/walk/outcome.ts';
import { claimKey, digestOf, sha256 } from './keys.ts';
import { demandRecorded, eventsOf } from './record.ts';
import type { BeginAnswer, FinishRequest, Owner, TakenBack } from './stores/claims.ts';
import type { Reserve } from './stores/reservations.ts';
import type { Kept } from './undo/effect.ts';
import type { Pulse, World } from './world.ts';

export function ownerOf(run: RunRef, task: string): Owner {
  return { workflowId: run.workflowId, chain: run.chain, task };
}

export interface Claiming {
  /** The claim and the intent, in one commit. What the walk noted goes before, whatever the answer is. */
  begin(facts: readonly StampedFact[], reserve?: Reserve | null): Promise<BeginAnswer>;
  /** The result and what becomes of the key, in one commit. Throws when a later attempt has taken over. */
  finish(fence: number, end: End): Promise<void>;
  /** Milliseconds since whoever holds the key last gave a sign; 0 when nobody does. */
  silence(): Promise<number>;
  /** Of everything recorded so far, for history. */
  receipts(): readonly string[];
}

export interface End {
  readonly result: FinishRequest['result'];
  readonly output?: Json;
  readonly fault?: Fault;
  readonly attempt: number;
  /** What it takes to undo the effect. */
  readonly kept?: Kept | null;
  /** What the fact adds: whether a retry follows, whether the fate is open. */
  readonly note?: string;
}

export function createClaiming(
  world: World,
  run: RunRef,
  call: Call,
  pulse: Pulse,
  at: number,
  takesBack?: TakenBack,
): Claiming {
  const { question } = call;
  const key = claimKey(question, run);
  const owner = ownerOf(run, question.task);
  const fact = (event: StampedFact['event'], step: string, details: StampedFact['details']): StampedFact => ({
    event,
    task: question.task,
    details: { connector: question.connector, ...details },
    at,
    coordinate: `act/${question.task}/${pulse.attemptId}/${step}`,
  });
  const intent = (attempt: number): StampedFact =>
    fact('connector_intent', 'intent', {
      type: question.type,
      key: sha256(key),
      inputs: call.inputsDigest,
      targets: call.targets.length,
      rules: [...call.rules],
      card: call.card,
      attempt,
    });
  const told: string[] = [];
  const outcome = ({ result, output, fault, attempt, note, kept }: End): StampedFact =>
    fault === undefined
      ? fact('connector_called', 'called', {
          attempt,
          result,
          output: digestOf(output ?? null),
          ...(kept ? { undo: kept.effect.class, saved: kept.effect.saved } : {}),
        })
      : fact('connector_error', 'error', { attempt, result, ...fault, note: note ?? '' });
  return {
    async begin(facts, reserve = null) {
      const { answer, receipts } = await world.ledger.begin(
        { key, owner, inputsDigest: call.inputsDigest, reserve, now: world.now() },
        {
          events: eventsOf(run, facts),
          record: (answer) =>
            answer.kind === 'begun' || (answer.kind === 'interrupted' && question.repeat !== 'none')
              ? eventsOf(run, [intent(answer.attempt)])
              : [],
        },
      );
      told.push(...demandRecorded(receipts));
      return answer;
    },
    async finish(fence, end) {
      const { answer, receipts } = await world.ledger.finish(
        {
          key,
          fence,
          result: end.result,
          now: world.now(),
          ...(end.output === undefined ? {} : { output: end.output }),
          ...(end.kept ? { effect: end.kept.effect } : {}),
          ...(takesBack === undefined ? {} : { takesBack }),
        },
        {
          record: () => eventsOf(run, [outcome(end)]),
          documents: end.kept?.saved ? [end.kept.saved] : [],
        },
      );
      told.push(...demandRecorded(receipts));
      if (!answer) throw new Error(`a later attempt of ${question.task} has taken over`);
    },
    async silence() {
      const claim = await world.ledger.lookup(key);
      return claim === null ? 0 : world.now() - claim.updatedAt;
    },
    receipts: () => told,
  };
}
