/** Everything the activities act with, put together once by the worker (or by a rehearsal). */
import type { Catalogue } from '../workflows/language/catalogue.ts';
import type { Approvals } from './approvals/index.ts';
import type { FindOrigin } from './approvals/standing.ts';
import type { TaskContract } from './catalogue/task-type.ts';
import type { Connector } from './connectors/connector.ts';
import type { Policy } from './policy/engine.ts';
import type { Shadow } from './policy/shadow.ts';
import type { SecretUse } from './secrets/binding.ts';
import type { Ledger } from './stores/ledger.ts';

/** One attempt, as its caller sees it. */
export interface Pulse {
  /** Different for every attempt, the same wherever it is asked for within one. */
  readonly attemptId: string;
  /** Aborted when the run is cancelled or the worker shuts down. */
  readonly signal: AbortSignal;
  /** The run was cancelled; a worker that shuts down leaves the call to the next one. */
  cancelled(): boolean;
  /** When the server scheduled this attempt, milliseconds since 1970: a clock that no worker can be wrong about. */
  readonly scheduledAt?: number;
  /** Tells the server that the attempt is alive. */
  beat(): void;
}

export interface World {
  /** Development admits asserted names (V0); production admits none of them. */
  readonly mode: 'development' | 'production';
  /** What activity ids show: the key where it is readable, or always a digest. */
  readonly labels: 'key' | 'digest';
  /** Record, claims and documents. */
  readonly ledger: Ledger;
  readonly policy: Policy;
  /** Who may approve, and how a word is tied to a person. */
  readonly approvals: Approvals;
  /** How an execution came about, as the server has it. */
  readonly origin: FindOrigin;
  /** Whether the server says that a run is over, for those whose record has no end. Absent: nobody can be asked. */
  readonly ended?: (workflowId: string, chain: string) => Promise<boolean>;
  /** A set that is asked beside the enforced one and decides nothing. */
  readonly shadow?: Shadow;
  /** Sends a policy's notice to mail addresses; absent where nobody can be told. Rejects when it was not taken. */
  readonly tell?: (to: readonly string[], subject: string, text: string) => Promise<void>;
  readonly connectors: ReadonlyMap<string, Connector>;
  /** Those that other processes serve. Asked what they would undo; MUST NOT be called. Absent: none. */
  readonly elsewhere?: ReadonlyMap<string, Connector>;
  readonly contracts: ReadonlyMap<string, TaskContract>;
  readonly catalogue: Catalogue;
  /** By connector: the task queue that its calls go to. Those without one are called from the common queue. */
  readonly queues?: ReadonlyMap<string, string>;
  /** The playbook's YAML by id; null when there is none. */
  readonly playbook: (id: string) => Promise<{ readonly file: string; readonly source: Uint8Array } | null>;
  /** Which provider holds an account; null when the directory does not know it. */
  readonly providerOf: (account: string) => string | null;
  /** Throws `SecretUnavailable` when this reader may not have it or it is not there. */
  readonly secret: (reference: string, reader: string, use?: SecretUse) => Promise<string>;
  readonly keepSecret: (
    name: string,
    make: () => string,
  ) => Promise<{ readonly reference: string; readonly value: string }>;
  /** Removes every secret that has been resolved so far from a text. */
  readonly redact: (text: string) => string;
  /** Identity that started the workflow, for runs that do not say who asked. */
  readonly whoStarted: (workflowId: string, runId: string) => Promise<string>;
  readonly searchable: boolean;
  readonly pulse: () => Pulse;
  readonly now: () => number;
}
