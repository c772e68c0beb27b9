/**
 * The contract of a claim store: which effect was already made, is being made, or may have been made, by key.
 * Each method is one atomic step and can take events along: they become durable with it or not at all.
 *
 *   free → calling → done | free (released) | claimed (retry) | indeterminate | action_required
 *   claimed → calling;   indeterminate, action_required, calling, claimed → done | free, by a person (settle)
 *   done → free, in the commit that ends the claim of whoever took the effect back
 */
import type { Json } from '../../workflows/language/json.ts';
import type { NewEvent, Receipt } from './audit.ts';
import type { StoredDocument } from './documents.ts';
import type { Exceeded, Reserve } from './reservations.ts';

/** One task of one run. Two owners are the same when chain and task are. */
export interface Owner {
  readonly chain: string;
  readonly workflowId: string;
  readonly task: string;
}

export type OpenState = 'indeterminate' | 'action_required';
export type ClaimState = 'free' | 'claimed' | 'calling' | 'done' | OpenState;

/** An effect that its connector knows how to take back, kept with the claim it was made under. */
export interface Effect {
  readonly type: string;
  readonly connector: string;
  readonly class: 'A' | 'B';
  readonly targets: readonly string[];
  /** Digest of the document that says how it was before. Null: that held a secret, or could not be kept. */
  readonly saved: string | null;
  /** Who took it back; null while it stands. */
  readonly undone: Owner | null;
  /** Targets and saved state were erased on request. */
  readonly erased?: true;
}

/** The claim whose effect a call takes back, and the attempt that made it. */
export interface TakenBack {
  readonly key: string;
  readonly fence: number;
}

export interface ClaimRecord {
  /** Qualified by its scope: equal text means the same effect. */
  readonly key: string;
  readonly inputsDigest: string;
  readonly owner: Owner;
  readonly state: ClaimState;
  /** Calls begun by the owner. */
  readonly attempts: number;
  /** Grows with every begin and every settlement, also across owners: names one attempt for ever. */
  readonly fence: number;
  /** What `finish` or `settle` kept. */
  readonly output: Json;
  /** The output was erased on request; it is null then, and counts as equal to whatever it is compared with. */
  readonly erased?: true;
  /** Null where nothing was changed, or nothing is known of how to take it back. */
  readonly effect: Effect | null;
  readonly claimedAt: number;
  readonly updatedAt: number;
}

export interface BeginRequest {
  readonly key: string;
  readonly owner: Owner;
  readonly inputsDigest: string;
  /** Limits the call must stay within; reserved in the same commit. A call that was interrupted holds its own already. */
  readonly reserve?: Reserve | null;
  readonly now: number;
}

export type BeginAnswer =
  /** Call now, then `finish` with this fence. */
  | { readonly kind: 'begun'; readonly attempt: number; readonly fence: number }
  /**
   * The same owner had begun and never reported: the effect may have been made. The call is the caller's again,
   * under a new fence; whether to repeat it or to finish it as `indeterminate` is the caller's to decide.
   */
  | { readonly kind: 'interrupted'; readonly attempt: number; readonly fence: number }
  /** `own`: this very task did it, and the reply was lost. */
  | { readonly kind: 'done'; readonly own: boolean; readonly output: Json; readonly attempts: number }
  | { readonly kind: 'held'; readonly by: Owner; readonly state: Exclude<ClaimState, 'free' | 'done'> }
  /** It would go over a limit. Nothing was claimed. */
  | ({ readonly kind: 'over_limit' } & Exceeded)
  /** The key was used with other inputs. */
  | { readonly kind: 'conflict'; readonly by: Owner; readonly state: Exclude<ClaimState, 'free'> }
  /** This task left it to a person; `output` is what it kept when it did. */
  | {
      readonly kind: 'unsettled';
      readonly state: OpenState;
      readonly output: Json;
      readonly attempts: number;
    };

export interface FinishRequest {
  readonly key: string;
  readonly fence: number;
  /**
   * done: `output` is kept for everybody. released: no effect was made; the key is free again. retry: no effect
   * yet; the owner keeps the key and its count of attempts. The others wait for a person; `output` is kept for the owner.
   */
  readonly result: 'done' | 'released' | 'retry' | OpenState;
  readonly output?: Json;
  /** Only with `done`. */
  readonly effect?: Effect;
  readonly takesBack?: TakenBack;
  readonly now: number;
}

export interface SettleRequest {
  readonly key: string;
  readonly owner: Owner;
  readonly inputsDigest: string;
  readonly result: 'done' | 'released';
  readonly output?: Json;
  readonly takesBack?: TakenBack;
  readonly now: number;
}

/**
 * Events of the same commit. `events` are appended whatever the answer is; `record` says which follow from it.
 * `record` is called inside the commit: it MUST be quick and pure. When it throws, nothing of the call is stored.
 */
export interface Alongside<Answer> {
  readonly events?: readonly NewEvent[];
  readonly record?: (answer: Answer) => readonly NewEvent[];
  /** Kept whatever the answer is. */
  readonly documents?: readonly StoredDocument[];
}

/** Receipts in the order of the events, `events` first. */
export interface Recorded<Answer> {
  readonly answer: Answer;
  readonly receipts: readonly Receipt[];
}

/** Every method throws a `StoreError` when the store cannot be reached or trusted; then nothing may be called. */
export interface ClaimStore {
  /** Null when nobody holds the key. */
  lookup(key: string): Promise<ClaimRecord | null>;
  /** Every claim that the run held last, also those that are free again, the oldest word first. */
  claimsOf(chain: string): Promise<readonly ClaimRecord[]>;
  /** The limit that a call would go over just now; null where there is room. Reserves nothing, so `begin` decides. */
  exceeded(reserve: Reserve, owner: Owner, now: number): Promise<Exceeded | null>;
  /** Of any number of simultaneous callers with different owners, exactly one MUST be told `begun`. */
  begin(request: BeginRequest, alongside?: Alongside<BeginAnswer>): Promise<Recorded<BeginAnswer>>;
  /**
   * False when the fence is stale: a later begin or a person took over, and the result counts no more.
   * A repeat of the finish that was accepted MUST be accepted again. With `takesBack`, `done` MUST also free the claim it
   * names, if that still holds the effect of that attempt, and note with the effect who took it back.
   */
  finish(request: FinishRequest, alongside?: Alongside<boolean>): Promise<Recorded<boolean>>;
  /**
   * A person's or a poll's word on what a call came to. Makes every fence handed out before stale. False when
   * another owner holds the key, or it is done already with another output. Safe to repeat. `takesBack` as in `finish`.
   */
  settle(request: SettleRequest, alongside?: Alongside<boolean>): Promise<Recorded<boolean>>;
}
