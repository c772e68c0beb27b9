/**
 * THE BORDER. Everything a walk may ask of the world, declared by the inside. `temporal-ports.ts` implements
 * it with Temporal, the rehearsal stage without. Each method's comment speaks to the implementer.
 */
import type {
  Call,
  Card,
  CardBody,
  Glass,
  Judgement,
  Message,
  Question,
  Result,
  Settled,
} from './exchange.ts';
import type { JsonObject } from './language/json.ts';
import type { StampedFact } from './walk/fact.ts';
import type { Assurance, Fault } from './walk/outcome.ts';

export type * from './exchange.ts';

export type Heard =
  /** `reply` tells the sender, where the channel allows it, what became of the message. Call it once. */
  | { readonly kind: 'message'; readonly message: Message; readonly reply: (reply: Reply) => void }
  | { readonly kind: 'time' }
  | { readonly kind: 'cancelled' }
  /** The run is about to continue as a new one: leave now, keeping your place. */
  | { readonly kind: 'suspend' };

/** What a sender is told. `counted` means the word was taken, not that the task has ended. */
export interface Reply {
  readonly counted: boolean;
  readonly code: string;
  readonly reason: string;
}

export type Weighed =
  | {
      readonly kind: 'counts';
      readonly by: string;
      readonly assurance: Assurance;
      /** What it was weighed with; kept beside the vote. Absent in histories from before rosters. */
      readonly groups?: readonly string[];
      readonly evidence?: string;
      readonly roster?: string | null;
      /** Present where the word broke the glass. */
      readonly glass?: Glass;
    }
  /** `assurance`: how far the name could be believed, where that is why it does not count. */
  | {
      readonly kind: 'refused';
      readonly code: string;
      readonly reason: string;
      readonly assurance?: Assurance;
    }
  /** Nobody can say now; the word MUST be weighed again, and counts for nothing until then. */
  | { readonly kind: 'unavailable'; readonly reason: string }
  /** The card itself no longer stands, whoever votes on it. */
  | { readonly kind: 'superseded'; readonly code: string; readonly reason: string };

/** Why people are told of a card: it was opened, half its time is over, little is left, one person acts alone. */
export type Occasion = 'opened' | 'reminder' | 'escalation' | 'break_glass';

/** Instead of a card, when there can be none. */
export interface NoCard {
  readonly fault: Fault;
}

/**
 * Facts handed to a port MUST be durable, in order and exactly once, before the port acts or answers; a
 * port that cannot record them MUST NOT act, and waits until it can. Every method MUST be safe to repeat
 * with the same arguments.
 */
export interface Ports {
  /** Workflow time, milliseconds since 1970. */
  now(): number;
  /** Look the key up, then ask policy. No answer, an error and a time-out are `deny`. Records its verdict. */
  judge(question: Question, facts: readonly StampedFact[]): Promise<Judgement>;
  /** Store the card under its digest. MUST refuse one that nobody could read to its end. */
  ask(body: CardBody, facts: readonly StampedFact[]): Promise<Card | NoCard>;
  /**
   * Tell those who may answer that a card waits. MUST NOT hold the walk up, and MUST NOT fail it: what came of it
   * is for the record. Safe to lose.
   */
  tell(card: Card, occasion: Occasion): void;
  /** Decide whether a person's word counts: who they are, how sure that is, and whether they may. */
  weigh(message: Message, card: Card | null, facts: readonly StampedFact[]): Promise<Weighed>;
  /** The next message for this task, or the time `until`, which may be never (`Infinity`). Of both, `cancelled` MUST be heard before `suspend`. */
  hear(task: string, until: number): Promise<Heard>;
  /** Whether something was said to this task that it has not heard yet. */
  spokenTo(task: string): boolean;
  /** Takes away what was said to a task that no longer listens; senders are told so. */
  unheard(task: string): readonly Message[];
  /**
   * Claim the key, record the intent, call, record what came of it. MUST NOT call when the intent is not
   * durable, when another claim holds the key, or when the stored card differs from the call.
   */
  act(call: Call, facts: readonly StampedFact[]): Promise<Result>;
  /** Has the last step been done by hand? Read-only. Null: not yet. */
  check(call: Call): Promise<JsonObject | null>;
  /** A person or a poll settled what `act` had left open: keep the output under the key, or free the key. */
  settle(call: Call, settled: Settled, facts: readonly StampedFact[]): Promise<void>;
  record(facts: readonly StampedFact[]): Promise<void>;
  cancelled(): boolean;
  /** A value never handed out before, the same on replay. */
  nonce(): string;
  /** First delay between polls for a step a person must do, milliseconds; null leaves it to the walk. */
  pollMs(): number | null;
  /** True once the history has grown so long that the run should continue as a new one. */
  suspendDue(): boolean;
}
