/** What is to be recorded, drafted before it has a place in the log; and the text of the entry once it has one. */
import { canonicalEntry } from './canonical.ts';
import type { Codec } from './codec.ts';
import { digestText, ENTRY_VERSION, MAX_ENTRY_BYTES } from './entry.ts';
import { instantText } from './instant.ts';
import { blanked, commitDetails, type CommittedValue } from './personal.ts';
import { prefixOf, runText, type RunNamed } from './run-text.ts';

/** Room for everything but the details, with case and run names of ordinary length. */
const MAX_DETAILS_BYTES = 48_000;
/** The entry that says: an event came twice under one id, with two different bodies. */
export const CONFLICT_EVENT = 'record_conflict';

/** What is to be recorded. */
export interface Happening {
  readonly run: RunNamed;
  readonly fact: {
    readonly event: string;
    readonly task: string | null;
    readonly details: { readonly [name: string]: unknown };
    readonly at: number;
    readonly coordinate: string;
  };
}

/** An entry but for its place in the log: made before the lock, so that a bad fact costs nobody else anything. */
export interface Draft {
  readonly id: string;
  readonly run: string;
  readonly before: string;
  readonly after: string;
  readonly runStarted: string;
  /** Not part of what makes two events the same: a step that Temporal runs again has a later one. */
  readonly workflowTime: string;
  /** Details too big for an entry: it then holds this digest, and the text is kept beside the log. */
  readonly omitted: { readonly digest: string; readonly text: string } | null;
  /** What the entry only commits to; kept beside the log. */
  readonly values: readonly CommittedValue[];
  readonly source: Happening;
  /** Another body under its id is kept beside the first instead of being refused. */
  readonly mayVary: boolean;
  /** The log's name from this entry on, where it gets another. */
  readonly renames: string | null;
}

/** What is asked for a draft besides. */
export interface DraftTerms {
  readonly mayVary: boolean;
  readonly renames: string | null;
}

const PLAIN: DraftTerms = { mayVary: false, renames: null };

export interface Place {
  readonly log: string;
  readonly index: number;
  readonly prev: string;
  readonly at: string;
  readonly runSeq: number;
  readonly runPrev: string | null;
  readonly skewMs: number;
}

/**
 * 48 bits of the time at which the run started, then 80 bits of a hash over run and coordinate, as 32 hex
 * digits. The same on every retry and replay, also of a step that Temporal runs again at a later time; the ids
 * of one run lie together, which keeps the unique index of a store fast.
 */
export function eventId(startedAt: number, chain: string, coordinate: string, codec: Codec): string {
  return idOf(prefixOf(startedAt), canonicalEntry(chain), canonicalEntry(coordinate), codec);
}

/** Chain and coordinate as canonical JSON. */
function idOf(prefix: string, chain: string, coordinate: string, codec: Codec): string {
  return prefix + codec.sha256Hex(`cordon/eventid/v1\0[${chain},${coordinate}]`).slice(0, 20);
}

/**
 * Throws `NotCanonicalError` or `RangeError` for facts that cannot be recorded: that is a fault of ours. `drawSalt` MUST
 * give `SALT_BYTES` that nobody can foresee, new ones at every call.
 */
export function draftEntry(
  happening: Happening,
  codec: Codec,
  drawSalt: () => Uint8Array,
  { mayVary, renames } = PLAIN,
): Draft {
  const { run, fact } = happening;
  const workflowTime = instantText(fact.at);
  const text = runText(run);
  const committed = commitDetails(fact.details, codec, drawSalt);
  const full = canonicalEntry(committed.details);
  const omitted = tooBig(full, codec);
  const details = omitted
    ? canonicalEntry({
        omitted: {
          blanked: digestText(blanked(fact.details), codec),
          bytes: omitted.bytes,
          sha256: omitted.digest,
        },
      })
    : full;
  const coordinate = canonicalEntry(fact.coordinate);
  const before =
    `"case":${text.caseId},"coordinate":${coordinate},"details":${details},` +
    `"event":${canonicalEntry(fact.event)},"playbook":${text.playbook},"run":${text.chain}`;
  const after = `"task":${canonicalEntry(fact.task)},"workflow":${text.workflow}`;
  if ((before.length + after.length) * 3 > MAX_ENTRY_BYTES - 1000) refuseOversize(before + after, codec);
  return {
    id: idOf(text.prefix, text.chain, coordinate, codec),
    run: text.name,
    before,
    after,
    runStarted: text.started,
    workflowTime,
    omitted,
    values: committed.values,
    source: happening,
    mayVary,
    renames,
  };
}

/** The text of an entry. Names are written in canonical order by hand; reading back demands that it is so. */
export function entryText(draft: Draft, place: Place): string {
  const runPrev = place.runPrev === null ? 'null' : `"${place.runPrev}"`;
  const skew = place.skewMs > 0 ? `"skew_ms":${place.skewMs},` : '';
  const own = `"run_prev":${runPrev},"run_seq":${place.runSeq},"run_started":"${draft.runStarted}"`;
  const body = `${draft.before},${own},${skew}${draft.after},"workflow_time":"${draft.workflowTime}"`;
  return (
    `{"at":"${place.at}","body":{${body}},"i":${place.index},"id":"${draft.id}",` +
    `"log":${canonicalEntry(place.log)},"prev":"${place.prev}","v":${ENTRY_VERSION}}`
  );
}

/** Records that `draft` came under an id that stands at `index` with another body. Repeats give the same id. */
export function draftConflict(draft: Draft, index: number, codec: Codec): Draft {
  const { run, fact } = draft.source;
  return draftEntry(
    {
      run,
      fact: {
        event: CONFLICT_EVENT,
        task: fact.task,
        details: { event: fact.event, id: draft.id, recorded_at: index },
        at: fact.at,
        coordinate: `conflict/${draft.id}`,
      },
    },
    codec,
    noSalt,
  );
}

/** The details of a conflict are none of anybody's: they hold a name, an id and a place. */
function noSalt(): never {
  throw new Error('the details of a conflict hold nothing personal');
}

/** The same event under its next name: what a step that ran again learnt anew, beside what it learnt before. */
export function draftVariant(draft: Draft, ordinal: number, codec: Codec, drawSalt: () => Uint8Array): Draft {
  const { run, fact } = draft.source;
  const named = { run, fact: { ...fact, coordinate: `${fact.coordinate}~${ordinal}` } };
  return draftEntry(named, codec, drawSalt, { mayVary: draft.mayVary, renames: null });
}

function tooBig(text: string, codec: Codec) {
  if (text.length * 3 <= MAX_DETAILS_BYTES) return null;
  const encoded = codec.encode(text);
  if (encoded.length <= MAX_DETAILS_BYTES) return null;
  return { text, bytes: encoded.length, digest: digestText(text, codec) };
}

function refuseOversize(text: string, codec: Codec): void {
  const bytes = codec.encode(text).length;
  if (bytes <= MAX_ENTRY_BYTES - 1000) return;
  throw new RangeError(
    `an audit entry of ${bytes} bytes does not fit into ${MAX_ENTRY_BYTES}: shorten the case id, workflow id or task name`,
  );
}
