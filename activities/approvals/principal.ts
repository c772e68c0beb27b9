/**
 * V1: the server says who sent the signal. Its word stands beside the signal in history, where neither the sender
 * nor the run can write; so the run's own account of a vote is only where the search begins.
 *
 * An update never counts: its event is written when a worker completes a task, under the worker's name.
 */
import { canonical } from '../../workflows/audit/canonical.ts';
import { isObject, type Json } from '../../workflows/language/json.ts';
import type { Message } from '../../workflows/ports.ts';
import { sha256 } from '../keys.ts';
import type { Attestation, Attestor, Word } from './attestation.ts';
import type { Ballot, BallotBox, OpenBallotBox } from './ballot-box.ts';
import type { Known, Principal, Roster } from './roster.ts';
import type { RosterSource } from './roster-source.ts';

export interface PrincipalAttestorInput {
  readonly rosters: RosterSource;
  readonly open: OpenBallotBox;
}

export function createPrincipalAttestor(input: PrincipalAttestorInput): Attestor {
  return {
    proof: 'principal',
    assurance: 'V1',
    async attest(word) {
      let box: BallotBox;
      try {
        box = await input.open(word.run, openedAt(word));
      } catch {
        return { kind: 'unavailable', reason: 'the server does not show the history of this run just now' };
      }
      const current = await input.rosters.current();
      return current.kind === 'unavailable' ? current : count(word.message, box, current.roster);
    },
  };
}

/** The internal services of Temporal, which also send the signals of a batch. */
const INTERNAL = 'temporal';

/**
 * Of several signals with the same words, one that its named person sent is theirs, whoever else repeated it. So it
 * does not matter in which order they are looked at, nor how often: a person counts once.
 */
function count(message: Message, box: BallotBox, roster: Roster): Attestation {
  const same = box.ballots.filter(
    (ballot) => ballot.signal === message.kind && says(ballot.payload, message),
  );
  const looked = same.map((ballot) => judge(ballot, message, box, roster));
  const counted = looked.find((attestation) => attestation.kind === 'person');
  if (counted?.kind === 'person') {
    return hasChangedMind(counted.person, message, box, roster)
      ? refused('principal_superseded', `${counted.person} has said something else of this card since`)
      : counted;
  }
  const [newest] = looked;
  if (newest !== undefined) return newest;
  return box.whole
    ? refused(
        'principal_no_signal',
        'no signal with these words was sent to this run since; updates do not count',
      )
    : refused('principal_flooded', 'this run was sent more than is read back; start it again');
}

const VOTES: ReadonlySet<string> = new Set(['approve', 'reject', 'withdraw', 'break_glass']);

/** Whoever repeats an approval that its author has taken back must not bring it back to life. */
function hasChangedMind(person: string, message: Message, box: BallotBox, roster: Roster): boolean {
  if (!('digest' in message)) return false;
  const newest = box.ballots.find((ballot) => {
    if (ballot.reapplied || ballot.principal === null || !VOTES.has(ballot.signal)) return false;
    if (!isObject(ballot.payload) || ballot.payload['digest'] !== message.digest) return false;
    const known = roster.byPrincipal(ballot.principal);
    return known.kind === 'person' && known.person.id === person;
  });
  return newest !== undefined && newest.signal !== message.kind;
}

function judge(ballot: Ballot, message: Message, box: BallotBox, roster: Roster): Attestation {
  const { principal } = ballot;
  if (ballot.reapplied)
    return refused(
      'principal_reset',
      'this vote was sent before the run was reset; read the card and vote again',
    );
  if (principal === null)
    return refused('principal_missing', 'the server does not say who sent this; see docs/operations.md');
  if (principal.type === INTERNAL)
    return refused('principal_internal', 'a batch, or the server itself, sent this: nobody signed in for it');
  if (box.workers.some((worker) => samePrincipal(worker, principal)))
    return refused('principal_worker', `${named(principal)} runs a worker of Cordon, which never votes`);
  return personOf(roster.byPrincipal(principal), ballot, principal, message, roster);
}

function personOf(
  known: Known,
  ballot: Ballot,
  principal: Principal,
  message: Message,
  roster: Roster,
): Attestation {
  switch (known.kind) {
    case 'unknown':
      return refused('principal_unknown', `the roster lists nobody as ${named(principal)}`);
    case 'barred':
      return refused('principal_barred', `${named(principal)} is a service, which never votes`);
    case 'person': {
      const claimed = roster.byAccount(message.by);
      const { id } = known.person;
      if (claimed.kind !== 'person' || claimed.person.id !== id)
        return refused('principal_other', `${id} sent this in another name; write by: ${id}`);
      const { runId, eventId, at } = ballot;
      return {
        kind: 'person',
        person: id,
        assurance: 'V1',
        evidence: sha256(canonical({ runId, eventId, at, principal: { ...principal } })),
      };
    }
    default:
      return known satisfies never;
  }
}

/** Whether this payload, read as a run reads it, is this message. */
function says(payload: unknown, message: Message): boolean {
  if (!isObject(payload)) return false;
  const { kind: _kind, proof: _proof, ...fields } = message;
  try {
    return Object.entries(fields).every(([name, value]) => sameValue(payload[name], value));
  } catch {
    // What has no canonical text is no message either.
    return false;
  }
}

function sameValue(sent: Json | undefined, heard: Json | undefined): boolean {
  if (typeof heard === 'string') return typeof sent === 'string' && sent.trim() === heard.trim();
  // An output that was left out was heard as an empty one.
  return canonical(sent ?? {}) === canonical(heard ?? {});
}

function samePrincipal(a: Principal, b: Principal): boolean {
  return a.type === b.type && a.name === b.name;
}

/** Long subjects are cut: they come from tokens, and are shown to people. */
function named({ type, name }: Principal): string {
  return `${type} ${JSON.stringify(name.slice(0, 100))}`;
}

/** Since when a word on this subject can have been said: a card's opening, else the run's start. */
function openedAt({ subject, run }: Word): number {
  try {
    const card: unknown = JSON.parse(subject.text);
    if (isObject(card) && typeof card['openedAt'] === 'number') return card['openedAt'];
  } catch {
    // Not a card: what is said of a call that is over.
  }
  return run.startedAt;
}

function refused(code: string, reason: string): Attestation {
  return { kind: 'refused', code, reason };
}
