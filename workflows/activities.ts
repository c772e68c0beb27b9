/**
 * The activity half of the border: what `playbook.ts` calls by name. Declared here, on the inside, so that
 * the fence needs nothing from the doing side; `activities/index.ts` must satisfy it.
 */
import type { Witnessed } from './audit/receipt.ts';
import type { JsonObject } from './language/json.ts';
import type { Marking, Pap, Tlp } from './language/marking.ts';
import type { SealedPlan } from './language/plan.ts';
import type {
  Call,
  Card,
  CardBody,
  Judgement,
  Message,
  NoCard,
  Occasion,
  Question,
  Result,
  RunRef,
  Settled,
  Weighed,
} from './ports.ts';
import type { StampedFact } from './walk/fact.ts';

/** What any Temporal client sends to start a playbook, as plain JSON. */
export interface StartInput {
  readonly case_id: string;
  readonly context?: JsonObject;
  readonly options?: StartOptions;
  /** For the workflow type `undo` alone, and necessary there. */
  readonly undo?: UndoInput;
}

/** Which run is to be taken back. What it did stands in the store; nothing said here adds to that. */
export interface UndoInput {
  readonly workflow_id: string;
  /** Run id of its first execution. */
  readonly run_id: string;
  /** Only this task. */
  readonly task?: string;
  /** Only tell what would be done; the run ends with its plan. */
  readonly preview?: boolean;
}

export interface StartOptions {
  /** Who asks for this run. Defaults to the identity that started the workflow. */
  readonly requested_by?: string;
  /** Which provider performs task types that several can; defaults to the directory's entry for the account. */
  readonly provider?: string;
  /** First delay between polls for a person's last step, seconds (1 to 300). */
  readonly poll_seconds?: number;
  /** How far the case may be told (TLP 2.0), and how openly it may be acted on (PAP). */
  readonly tlp?: Tlp;
  readonly pap?: Pap;
  /** Continue as a new run after this many history events (at least 50), instead of at the server's advice. */
  readonly continue_after_events?: number;
}

export interface PlanRequest {
  readonly workflowId: string;
  readonly chain: string;
  readonly runId: string;
  readonly startedAt: number;
  readonly playbook: string;
  readonly input: StartInput;
  /** Given by a continued run: the plan it was started with, whatever the file says now. */
  readonly digest: string | null;
  readonly at: number;
}

export type PlanReply =
  | {
      readonly kind: 'plan';
      readonly sealed: SealedPlan;
      /** Checked against the playbook's declaration, defaults filled in. */
      readonly context: JsonObject;
      readonly requestedBy: string;
      /** Absent where the start said nothing of it. */
      readonly marking?: Marking;
      /** Absent in histories from before it was kept. */
      readonly startedBy?: string;
      /** Nothing is to be done: the run ends with the plan it would follow. */
      readonly preview?: boolean;
      readonly pollMs: number | null;
      readonly continueAfterEvents: number | null;
      /** Whether the namespace knows our search attributes; upserting unknown ones would fail the run. */
      readonly searchable: boolean;
      /** By connector: the task queue of its calls. Absent where all are called from the run's own queue. */
      readonly queues?: { readonly [connector: string]: string };
    }
  /** Already in the record. Each line says what, where and what to do. */
  | { readonly kind: 'refused'; readonly problems: readonly string[] };

interface Recorded {
  readonly run: RunRef;
  readonly facts: readonly StampedFact[];
}

/** Short, run beside the workflow task. Each leaves the receipts of what it recorded in its result. */
export interface LocalActivities {
  plan(request: PlanRequest): Promise<PlanReply & Witnessed>;
  judge(
    input: Recorded & { readonly question: Question; readonly at: number },
  ): Promise<Judgement & Witnessed>;
  ask(input: Recorded & { readonly body: CardBody }): Promise<(Card | NoCard) & Witnessed>;
  weigh(
    input: Recorded & { readonly message: Message; readonly card: Card | null; readonly at: number },
  ): Promise<Weighed & Witnessed>;
  settle(
    input: Recorded & { readonly call: Call; readonly settled: Settled; readonly at: number },
  ): Promise<Witnessed>;
  record(input: Recorded): Promise<Witnessed>;
}

/** Remote, on the connectors' queue. */
export interface RemoteActivities {
  act(input: Recorded & { readonly call: Call; readonly at: number }): Promise<Result & Witnessed>;
  check(input: { readonly run: RunRef; readonly call: Call }): Promise<JsonObject | null>;
  /** Nothing waits for it; see `Ports.tell`. */
  tell(input: {
    readonly run: RunRef;
    readonly card: Card;
    readonly occasion: Occasion;
    readonly at: number;
  }): Promise<Witnessed>;
}

export type Activities = LocalActivities & RemoteActivities;
