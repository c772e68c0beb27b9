/**
 * One task, from question to outcome. Read it top to bottom: resolve, look up and judge, ask, judge again,
 * claim and act, say what came of it. A refusal is an outcome.
 *
 * W1 A task runs only if its needs allow it (needs.ts; the walk sees to it before this file is entered).
 * W2 No station starts before the facts it follows from are durable (recorder.ts).
 * W3 The outcome depends on the plan and the ports' answers, and on nothing else.
 */
import { resolveTemplate } from '../language/template.ts';
import { canonical } from '../audit/canonical.ts';
import { isObject, type Json, type JsonObject } from '../language/json.ts';
import type { Card, Lapse, Question } from '../ports.ts';
import { askConsent, awaitConsent, reopen, type Consent } from './consent.ts';
import { act } from './deed.ts';
import { awaitConfirmation, awaitSettlement } from './handover.ts';
import type { Fault, Outcome } from './outcome.ts';
import type { Decided } from './state.ts';
import { listen } from './listen.ts';
import type { Ear, Story, Strand } from './strand.ts';
import type { Verdict } from './verdict.ts';

type Resolved =
  | { readonly kind: 'question'; readonly question: Question }
  | { readonly kind: 'settled'; readonly outcome: Outcome };

export async function walkTask(strand: Strand): Promise<Story> {
  const { record } = strand;
  switch (record.waiting?.kind) {
    case 'approval':
      return consented(strand, await awaitConsent(strand));
    case 'confirmation':
      return awaitConfirmation(strand);
    case 'settlement':
      return awaitSettlement(strand);
    case 'delay':
      return awaitDue(strand);
    case 'review':
      throw new Error(`${strand.task.name} is over and only waits for its review`);
    case undefined:
      break;
  }
  const resolved = resolve(strand);
  if (resolved.kind === 'settled') return resolved.outcome;
  return undertake(strand, resolved.question);
}

/** Stations 2 to 6, from the top: also where a card was superseded, and people must be asked about what is due now. */
async function undertake(strand: Strand, asked: Question): Promise<Story> {
  const decided = await judge(strand, asked);
  if (decided.kind === 'settled') return decided.outcome;
  const question = { ...asked, inputs: decided.inputs, ...pinOf(strand) };
  strand.record.inputs = decided.inputs;
  if (strand.task.approvalRequired || decided.verdict.effect === 'needs_approval')
    return consented(strand, await askConsent(strand, question, decided));
  const due = dueOf(decided.verdict);
  if (due > strand.ports.now()) {
    strand.wait({ kind: 'delay', question: asked, until: due });
    strand.recorder.announce(strand.task.name, 'task_delayed', { until: due });
    return awaitDue(strand);
  }
  return act(strand, question, decided, null);
}

/** Station 1: what exactly would be done. Evaluated once; nothing re-reads it later. */
function resolve(strand: Strand): Resolved {
  const { task, record, scope } = strand;
  if (task.when !== null) {
    const when = resolveTemplate(task.when, scope);
    if (when.kind === 'error') return failed(when.fault);
    if (typeof when.value !== 'boolean')
      return failed({ code: 'when_not_boolean', message: `when of ${task.name} is not true or false` });
    if (!when.value) return { kind: 'settled', outcome: { status: 'skipped', why: 'condition' } };
  }
  const inputs = resolveTemplate(task.inputs, scope);
  if (inputs.kind === 'error') return failed(inputs.fault);
  if (!isObject(inputs.value))
    return failed({ code: 'inputs_not_object', message: 'inputs must be a mapping' });
  record.inputs = inputs.value;
  let key: Question['key'] = null;
  if (task.key !== null) {
    const text = resolveTemplate(task.key.template, scope);
    if (text.kind === 'error') return failed(text.fault);
    if (typeof text.value !== 'string' || text.value === '')
      return failed({
        code: 'key_not_text',
        message: `idempotency_key of ${task.name} is empty or not text`,
      });
    key = { key: text.value, scope: task.key.scope };
    record.key = text.value;
  }
  if (task.connector === null)
    return failed({ code: 'no_connector', message: `no installed connector performs ${task.type}` });
  return { kind: 'question', question: questionOf(strand, task.connector, inputs.value, key) };
}

function questionOf(strand: Strand, connector: string, inputs: JsonObject, key: Question['key']): Question {
  const { task } = strand;
  const { name, type, reversibility, repeat } = task;
  return { task: name, type, connector, inputs, key, reversibility, repeat, approvals: [], ...pinOf(strand) };
}

/** A run stays under the policy set that it was first judged under; a newer one may only tighten. */
function pinOf({ pin }: Strand): { readonly pinned?: string } {
  const pinned = pin();
  return pinned === null ? {} : { pinned };
}

/** Stations 2, 3 and 5: was it done before, and may it be done. */
async function judge(
  strand: Strand,
  question: Question,
): Promise<Decided | { readonly kind: 'settled'; readonly outcome: Outcome }> {
  const { recorder, ports, record, task } = strand;
  const judgement = await recorder.carry(task.name, (facts) => ports.judge(question, facts));
  switch (judgement.kind) {
    case 'invalid':
      return failed(judgement.fault);
    case 'already_done':
      return {
        kind: 'settled',
        outcome: { status: 'skipped', why: 'already_done', output: judgement.output },
      };
    case 'conflict':
      recorder.note(task.name, 'key_conflict', { ...judgement.fault });
      return failed(judgement.fault);
    case 'decided':
      if (judgement.verdict.effect !== 'deny') strand.pinTo(judgement.verdict.policySet);
      record.rules = judgement.verdict.rules.map((rule) => rule.id);
      if (ports.cancelled()) return { kind: 'settled', outcome: { status: 'cancelled' } };
      if (judgement.verdict.effect === 'deny')
        return { kind: 'settled', outcome: { status: 'denied', verdict: judgement.verdict } };
      return judgement;
    default:
      return judgement satisfies never;
  }
}

/** Policy allows it, but not before this time; the beginning of time where it does not say. */
function dueOf({ obligations }: Verdict): number {
  return Math.max(0, ...obligations.map((one) => (one.kind === 'delay' ? one.until : 0)));
}

/** Nobody is asked; and once it is time, policy is asked again. */
async function awaitDue(strand: Strand): Promise<Story> {
  const { waiting } = strand.record;
  if (waiting?.kind !== 'delay') throw new Error('a task waits for its time without knowing it');
  const ear: Ear = { deadline: Infinity, usable: () => 'not_yet' };
  const heard = await listen(strand, waiting.until, ear);
  if (heard.kind === 'suspend') return null;
  strand.wait(null);
  if (heard.kind === 'cancelled') return { status: 'cancelled' };
  return undertake(strand, waiting.question);
}

/**
 * Station 5: time has passed, so policy is asked again. It may only tighten: what still needs a person is denied.
 * Where the approvals themselves lost their force, or would now be for something else, people are asked anew.
 */
async function consented(strand: Strand, consent: Consent): Promise<Story> {
  const { record, recorder, ports, task } = strand;
  if (consent.kind === 'suspend') return null;
  if (consent.kind === 'refused') return consent.outcome;
  if (consent.kind === 'superseded') return undertake(strand, consent.question);
  const { card } = consent;
  const question = { ...consent.question, ...pinOf(strand) };
  const decided = await judge(strand, question);
  if (decided.kind === 'settled') return decided.outcome;
  const lapse = decided.lapsed ?? driftFrom(card, decided);
  if (lapse !== null) {
    delete record.revocable;
    recorder.announce(task.name, 'card_superseded', { card: card.digest, ...lapse });
    return undertake(strand, { ...question, approvals: [] });
  }
  if (decided.verdict.effect !== 'allow') return { status: 'denied', verdict: decided.verdict };
  if (ports.spokenTo(task.name)) {
    reopen(strand, consent);
    return consented(strand, await awaitConsent(strand));
  }
  delete record.revocable;
  return act(strand, question, decided, card.digest);
}

/** Null when what would run now is what the card says. */
function driftFrom({ body }: Card, { inputs, targets }: Decided): Lapse | null {
  const same = (a: Json, b: Json): boolean => canonical(a) === canonical(b);
  if (!same([...targets], [...body.targets]))
    return { code: 'targets_changed', reason: 'the task would now act on other targets than were approved' };
  if (!same(inputs, body.inputs))
    return { code: 'inputs_changed', reason: 'the task would now run with other inputs than were approved' };
  return null;
}

function failed({ code, message }: Fault): { readonly kind: 'settled'; readonly outcome: Outcome } {
  return { kind: 'settled', outcome: { status: 'failed', fault: { code, message } } };
}
