/**
 * One task, from question to outcome. Read it top to bottom: resolve, look up and judge, ask, judge again,
 * claim and act, say what came of it. A refusal is an outcome.
 *
 * W1 A task runs only if its needs allow it (needs.ts; the walk sees to it before this file is entered).
 * W2 No station starts before the facts it follows from are durable (recorder.ts).
 * W3 The outcome depends on the plan and the ports' answers, and on nothing else.
 */
import { resolveTemplate } from '../language/template.ts';
import { isObject, type JsonObject } from '../language/json.ts';
import type { Call, Question, Result } from '../ports.ts';
import { askConsent, awaitConsent } from './consent.ts';
import { awaitConfirmation, awaitSettlement } from './handover.ts';
import type { Fault, Outcome } from './outcome.ts';
import type { Decided } from './state.ts';
import type { Story, Strand } from './strand.ts';

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
    case undefined:
      break;
  }
  const resolved = resolve(strand);
  if (resolved.kind === 'settled') return resolved.outcome;
  const decided = await judge(strand, resolved.question);
  if (decided.kind === 'settled') return decided.outcome;
  const question = { ...resolved.question, inputs: decided.inputs, ...pinOf(strand) };
  record.inputs = decided.inputs;
  if (strand.task.approvalRequired || decided.verdict.effect === 'needs_approval')
    return consented(strand, await askConsent(strand, question, decided));
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

/** Station 5: time has passed, so policy is asked again. It may only tighten: what still needs a person is denied. */
async function consented(strand: Strand, consent: Awaited<ReturnType<typeof awaitConsent>>): Promise<Story> {
  if (consent.kind === 'suspend') return null;
  if (consent.kind === 'refused') return consent.outcome;
  const question = { ...consent.question, ...pinOf(strand) };
  const decided = await judge(strand, question);
  if (decided.kind === 'settled') return decided.outcome;
  if (decided.verdict.effect !== 'allow') return { status: 'denied', verdict: decided.verdict };
  return act(strand, question, decided, consent.card);
}

/** Station 6: claim the key and do it, once. The port records intent before, and result after. */
async function act(
  strand: Strand,
  question: Question,
  decided: Decided,
  card: string | null,
): Promise<Story> {
  const { task, recorder, ports, record } = strand;
  const call: Call = {
    question,
    inputsDigest: decided.inputsDigest,
    targets: decided.targets,
    label: decided.label,
    rules: record.rules,
    card,
    retry: task.retry,
    timeoutMs: task.timeoutMs,
  };
  recorder.note(task.name, 'task_started', { type: task.type, connector: question.connector });
  record.startedAt = ports.now();
  const result = await recorder.carryOwn(task.name, async (facts): Promise<Result> => {
    if (!ports.cancelled()) return ports.act(call, facts);
    // Cancelled while earlier facts were on their way: nothing was sent, so nothing is in doubt.
    await ports.record(facts);
    return { kind: 'cancelled' };
  });
  if ('attempts' in result) record.attempts = result.attempts;
  return outcomeOf(strand, call, result);
}

/** Station 7: what came of it. */
function outcomeOf(strand: Strand, call: Call, result: Result): Story | Promise<Story> {
  const { ports, recorder, task } = strand;
  const since = ports.now();
  const until = since + task.expiresMs;
  switch (result.kind) {
    case 'done':
      return { status: 'completed', output: result.output };
    case 'already_done':
      return { status: 'skipped', why: 'already_done', output: result.output };
    case 'failed':
      return { status: 'failed', fault: result.fault };
    case 'cancelled':
      return { status: 'cancelled' };
    case 'denied':
      return { status: 'denied', verdict: result.verdict };
    case 'action_required': {
      const { instructions, onceDone } = result;
      strand.wait({ kind: 'confirmation', call, instructions, onceDone, since, until, polls: 0 });
      recorder.announce(task.name, 'task_action_required', { expires_at: until });
      return awaitConfirmation(strand);
    }
    case 'indeterminate':
      strand.wait({ kind: 'settlement', call, fault: result.fault, since, until });
      recorder.announce(task.name, 'task_indeterminate', { ...result.fault, expires_at: until });
      return awaitSettlement(strand);
    default:
      return result satisfies never;
  }
}

function failed({ code, message }: Fault): { readonly kind: 'settled'; readonly outcome: Outcome } {
  return { kind: 'settled', outcome: { status: 'failed', fault: { code, message } } };
}
