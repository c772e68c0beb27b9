import { describe, expect, test } from '@jest/globals';
import type { Ballot, BallotBox } from '../../activities/approvals/ballot-box.ts';
import { createPrincipalAttestor } from '../../activities/approvals/principal.ts';
import type { Attestation } from '../../activities/approvals/attestation.ts';
import type { Message } from '../../workflows/ports.ts';
import { rostersOf } from '../principal/roster.ts';
import { RUN } from '../principal/samples.ts';

const DIGEST = 'c'.repeat(64);
const VOTE = { task: 'rotate', digest: DIGEST, by: 'carol', reason: 'called the owner' } as const;
const APPROVE: Message = { kind: 'approve', ...VOTE, proof: { kind: 'principal' } };
const OPENED_AT = 1_000;

const ballot = (changes: Partial<Ballot> = {}): Ballot => ({
  runId: 'r',
  eventId: '12',
  at: 2_000,
  signal: 'approve',
  payload: VOTE,
  principal: { type: 'jwt', name: 'sub-of-carol' },
  reapplied: false,
  ...changes,
});

async function attest(box: Partial<BallotBox>, message = APPROVE): Promise<Attestation> {
  const attestor = createPrincipalAttestor({
    rosters: rostersOf(),
    open: ({ workflowId, runId }, since) => {
      expect([workflowId, runId, since]).toEqual([RUN.workflowId, RUN.runId, OPENED_AT]);
      return Promise.resolve({ ballots: [], workers: [], whole: true, ...box });
    },
  });
  return attestor.attest({
    message,
    proof: { kind: 'principal' },
    subject: { digest: DIGEST, text: JSON.stringify({ openedAt: OPENED_AT }) },
    run: RUN,
    at: 3_000,
  });
}

const codeOf = (attestation: Attestation): string =>
  attestation.kind === 'refused' ? attestation.code : attestation.kind;

describe('a vote that the server vouches for', () => {
  test('is found by its words, with outer space trimmed as the run trims it', async () => {
    expect(await attest({ ballots: [ballot()] })).toMatchObject({
      kind: 'person',
      person: 'carol',
      assurance: 'V1',
    });
    const spaced = ballot({ payload: { ...VOTE, reason: ' called the owner\n' } });
    expect(codeOf(await attest({ ballots: [spaced] }))).toBe('person');
  });

  test.each([
    ['another digest', { digest: 'd'.repeat(64) }],
    ['another task', { task: 'other' }],
    ['another reason', { reason: 'because' }],
    ['no name', { by: undefined }],
  ])('is not found in a signal with %s', async (_what, change) => {
    const other = ballot({ payload: { ...VOTE, ...change } });
    expect(codeOf(await attest({ ballots: [other] }))).toBe('principal_no_signal');
  });

  test.each<[string, unknown]>([
    ['null', null],
    ['a list', [VOTE]],
    ['a word', 'approve'],
    ['a number', 7],
    ['200 levels', { ...VOTE, reason: JSON.parse('['.repeat(200) + ']'.repeat(200)) as unknown }],
  ])('A14: %s as payload is no vote and no trouble', async (_what, payload) => {
    expect(codeOf(await attest({ ballots: [ballot({ payload })] }))).toBe('principal_no_signal');
    expect(codeOf(await attest({ ballots: [ballot({ payload }), ballot()] }))).toBe('person');
  });

  test.each<[string, Partial<Ballot>, string]>([
    ['A02: sent under no principal', { principal: null }, 'principal_missing'],
    [
      'A03: sent by the server itself',
      { principal: { type: 'temporal', name: 'internal' } },
      'principal_internal',
    ],
    ['A03: sent by a service', { principal: { type: 'jwt', name: 'sub-of-robot' } }, 'principal_barred'],
    ['A03: sent by nobody we know', { principal: { type: 'jwt', name: 'sub-of-eve' } }, 'principal_unknown'],
    [
      'A03: of another kind of login',
      { principal: { type: 'saml', name: 'sub-of-carol' } },
      'principal_unknown',
    ],
    [
      'sent by bob in the name of carol',
      { principal: { type: 'jwt', name: 'sub-of-bob' } },
      'principal_other',
    ],
    ['A08: put in by a reset', { reapplied: true }, 'principal_reset'],
  ])('%s does not count', async (_what, change, code) => {
    expect(codeOf(await attest({ ballots: [ballot(change)] }))).toBe(code);
  });

  test('A03: whoever completes workflow tasks is a worker and no voter, whatever the roster says', async () => {
    const workers = [{ type: 'jwt', name: 'sub-of-carol' }];
    expect(codeOf(await attest({ ballots: [ballot()], workers }))).toBe('principal_worker');
  });

  test('A05: stays its author’s when somebody else repeats it word for word, in whatever order', async () => {
    const copy = ballot({ principal: { type: 'jwt', name: 'sub-of-bob' }, eventId: '13' });
    for (const ballots of [
      [copy, ballot()],
      [ballot(), copy],
    ])
      expect(await attest({ ballots })).toMatchObject({ kind: 'person', person: 'carol' });
  });

  test('A18: is over when its author took it back, until they say it again', async () => {
    const copy = ballot({ principal: { type: 'jwt', name: 'sub-of-bob' }, eventId: '14' });
    const back = ballot({ signal: 'withdraw', eventId: '13' });
    expect(codeOf(await attest({ ballots: [copy, back, ballot()] }))).toBe('principal_superseded');
    expect(codeOf(await attest({ ballots: [ballot({ eventId: '15' }), copy, back, ballot()] }))).toBe(
      'person',
    );
  });

  test('A12: more than can be read back is said to be so, and nothing is assumed', async () => {
    expect(codeOf(await attest({ whole: false }))).toBe('principal_flooded');
  });

  test('A22: waits while the roster cannot be read', async () => {
    const unavailable = { kind: 'unavailable', reason: 'not now' } as const;
    const attestor = createPrincipalAttestor({
      rosters: { current: () => Promise.resolve(unavailable) },
      open: () => Promise.resolve({ ballots: [ballot()], workers: [], whole: true }),
    });
    const word = { message: APPROVE, proof: { kind: 'principal' }, run: RUN, at: 3_000 } as const;
    expect(await attestor.attest({ ...word, subject: { digest: DIGEST, text: '{}' } })).toEqual(unavailable);
  });

  test('A22: waits while the server does not show the history', async () => {
    const attestor = createPrincipalAttestor({
      rosters: rostersOf(),
      open: () => Promise.reject(new Error('14 UNAVAILABLE: secret-token')),
    });
    const answer = await attestor.attest({
      message: APPROVE,
      proof: { kind: 'principal' },
      subject: { digest: DIGEST, text: 'no card' },
      run: RUN,
      at: 3_000,
    });
    expect(answer.kind).toBe('unavailable');
    expect(JSON.stringify(answer)).not.toContain('secret-token');
  });
});
