/**
 * Policy, asked once more immediately before every attempt: the kill switch, an asset protected since, a window that
 * closed, an approver who left. A no wins over any approval given before, and so does "not yet".
 */
import type { Witnessed } from '../workflows/audit/receipt.ts';
import type { Call, Lapse, Result, RunRef } from '../workflows/ports.ts';
import type { StampedFact } from '../workflows/walk/fact.ts';
import type { DeterminingRule, Obligation, Verdict } from '../workflows/walk/verdict.ts';
import { ownerOf, type Claiming } from './claiming.ts';
import { consult } from './consult.ts';
import type { Inquiry } from './inquiry.ts';
import { claimKey } from './keys.ts';
import type { Pins } from './pins.ts';
import { appendFacts, demandRecorded, eventsOf } from './record.ts';
import { TryAgain } from './try-again.ts';
import { verdictFact } from './verdict-fact.ts';
import { withoutCall } from './no-call.ts';
import type { World } from './world.ts';

export type LastLook =
  | { readonly kind: 'go'; readonly inquiry: Inquiry; readonly redact: readonly string[] }
  | { readonly kind: 'denied'; readonly verdict: Verdict };

/** Throws `TryAgain` while the act is held back, and when a notice that policy demands could not be sent. */
export async function lastLook(
  world: World,
  pins: Pins,
  run: RunRef,
  call: Call,
  now: number,
): Promise<LastLook> {
  const { question } = call;
  const { inquiry, verdict, lapse } = await consult(world, pins, run, question, call.targets, now);
  if (verdict.effect !== 'allow') return { kind: 'denied', verdict };
  if (lapse !== null) return { kind: 'denied', verdict: withoutForce(verdict, lapse) };
  const { until, to, fields } = dutiesOf(verdict.obligations);
  if (until > now) {
    const message = `${question.task} is held back by policy until ${new Date(until).toISOString()}`;
    throw new TryAgain('held_back', message, until - now);
  }
  if (to.length > 0) {
    if (world.tell === undefined) return { kind: 'denied', verdict: untold(verdict) };
    await notice(world.tell, to, run, call, verdict);
  }
  return { kind: 'go', inquiry, redact: fields };
}

interface Duties {
  readonly until: number;
  readonly to: readonly string[];
  readonly fields: readonly string[];
}

function dutiesOf(obligations: readonly Obligation[]): Duties {
  let [until, to, fields]: [number, readonly string[], readonly string[]] = [0, [], []];
  for (const one of obligations)
    switch (one.kind) {
      case 'approval':
        break;
      case 'delay':
        until = Math.max(until, one.until);
        break;
      case 'notify':
        ({ to } = one);
        break;
      case 'redact':
        ({ fields } = one);
        break;
      default:
        one satisfies never;
    }
  return { until, to, fields };
}

/** The playbook asked for approval where policy would not have; what was given for it no longer stands. */
function withoutForce(verdict: Verdict, { reason }: Lapse): Verdict {
  const rule: DeterminingRule = { id: 'guard.approval_lapsed', effect: 'guard', reason };
  return { ...verdict, effect: 'deny', rules: [rule, ...verdict.rules], obligations: [] };
}

/** An obligation that nobody can meet is a no. */
function untold(verdict: Verdict): Verdict {
  const reason = 'policy wants somebody told first, and nobody can be: configure connectors.notify';
  const rule: DeterminingRule = { id: 'guard.obligation', effect: 'guard', reason };
  return { ...verdict, effect: 'deny', rules: [rule, ...verdict.rules], obligations: [] };
}

async function notice(
  tell: NonNullable<World['tell']>,
  to: readonly string[],
  run: RunRef,
  { question, targets }: Call,
  verdict: Verdict,
): Promise<void> {
  const subject = `${question.type} is about to run (case ${run.caseId})`;
  const text = [
    `Task ${question.task} of ${run.playbook} is about to run ${question.type} through ${question.connector}`,
    `on ${targets.join(', ')}.`,
    '',
    `Asked for by ${run.requestedBy}. Allowed by ${verdict.rules.map(({ id }) => id).join(', ')}.`,
    '',
  ].join('\n');
  try {
    await tell(to, subject, text);
  } catch {
    throw new TryAgain(
      'notice_not_sent',
      'the notice that policy demands could not be sent; nothing was done',
    );
  }
}

/**
 * What the walk is told of a call that is not made. An earlier attempt that never reported may have taken effect:
 * then that is what must be told.
 */
export async function refuse(
  world: World,
  run: RunRef,
  call: Call,
  claiming: Claiming,
  verdict: Verdict,
  facts: readonly StampedFact[],
  at: number,
): Promise<Result & Witnessed> {
  const key = claimKey(call.question, run);
  const owner = ownerOf(run, call.question.task);
  const fact = verdictFact(call.question, verdict, call.inputsDigest, at, 'act');
  const claim = await world.ledger.lookup(key);
  const own = claim !== null && claim.owner.chain === owner.chain && claim.owner.task === owner.task;
  if (own && claim.state === 'calling') {
    const begun = await claiming.begin([...facts, fact]);
    if (begun.kind !== 'begun' && begun.kind !== 'over_limit')
      return { ...(await withoutCall(call, claiming, begun)), receipts: claiming.receipts() };
    throw new Error(`the claim of ${call.question.task} changed while it was looked at`);
  }
  if (own && claim.state === 'claimed') {
    const { inputsDigest } = call;
    const request = { key, owner, inputsDigest, result: 'released', now: world.now() } as const;
    const settled = await world.ledger.settle(request, { events: eventsOf(run, [...facts, fact]) });
    return {
      kind: 'denied',
      verdict,
      receipts: [...claiming.receipts(), ...demandRecorded(settled.receipts)],
    };
  }
  const receipts = await appendFacts(world, run, [...facts, fact]);
  return { kind: 'denied', verdict, receipts: [...claiming.receipts(), ...receipts] };
}
