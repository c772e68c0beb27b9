/** Stations 2 and 3 in one trip: look the key up, then ask policy. The verdict is in the record before it is heard. */
import type { LocalActivities } from '../workflows/activities.ts';
import { isObject, type JsonObject } from '../workflows/language/json.ts';
import type { Judgement, Question, RunRef } from '../workflows/ports.ts';
import type { StampedFact } from '../workflows/walk/fact.ts';
import type { Fault } from '../workflows/walk/outcome.ts';
import { ownerOf } from './claiming.ts';
import { consult } from './consult.ts';
import type { Inquiry } from './inquiry.ts';
import { overLimit } from './over-limit.ts';
import { claimKey, inputsDigest, labelOf, sha256 } from './keys.ts';
import { createPins, type Pins } from './pins.ts';
import { flawOf } from './plain.ts';
import { appendFacts } from './record.ts';
import type { Verdict } from '../workflows/walk/verdict.ts';
import { verdictFact } from './verdict-fact.ts';
import type { World } from './world.ts';

export function createJudge(world: World): LocalActivities['judge'] {
  const pins = createPins(world);
  return async ({ run, facts, question, at }) => {
    const { judgement, told } = await judge(world, pins, run, question, at);
    const noted = told === null ? facts : [...facts, told];
    return { ...judgement, receipts: await appendFacts(world, run, noted) };
  };
}

interface Judged {
  readonly judgement: Judgement;
  readonly told: StampedFact | null;
}

async function judge(world: World, pins: Pins, run: RunRef, question: Question, at: number): Promise<Judged> {
  const checked = checkInputs(world, question);
  if (checked.kind === 'invalid') return { judgement: checked, told: null };
  const { inputs, targets } = checked;
  const digest = inputsDigest(question.type, question.connector, inputs);
  const seen = await lookUp(world, run, question, digest);
  if (seen !== null) return { judgement: seen, told: null };
  const { inquiry, lapse, ...said } = await consult(world, pins, run, { ...question, inputs }, targets, at);
  const verdict = await withinLimits(world, run, question.task, inquiry, said.verdict);
  world.shadow?.observe(inquiry, verdict);
  const label = labelOf(question, run, world.labels === 'digest');
  return {
    judgement: {
      kind: 'decided',
      verdict,
      inputs,
      inputsDigest: digest,
      targets,
      label,
      ...(lapse === null ? {} : { lapsed: lapse }),
    },
    told: verdictFact(question, verdict, digest, at, 'judge'),
  };
}

/** People are not asked for what a limit would stop anyway. What is asked of nobody is counted when it begins. */
async function withinLimits(
  world: World,
  run: RunRef,
  task: string,
  inquiry: Inquiry,
  verdict: Verdict,
): Promise<Verdict> {
  const reserve = verdict.effect === 'needs_approval' ? world.policy.reserve(inquiry) : null;
  if (reserve === null) return verdict;
  const exceeded = await world.ledger.exceeded(reserve, ownerOf(run, task), world.now());
  return exceeded === null ? verdict : overLimit(exceeded, world.policy.set.digest);
}

type Checked =
  | { readonly kind: 'inputs'; readonly inputs: JsonObject; readonly targets: readonly string[] }
  | { readonly kind: 'invalid'; readonly fault: Fault };

/** Enough to see what is wrong, whatever was sent. */
const MOST_ISSUES = 5;

function checkInputs(world: World, question: Question): Checked {
  const contract = world.contracts.get(question.type);
  if (contract === undefined) return invalid('unknown_type', `no task type is called ${question.type}`);
  const parsed = contract.input.safeParse(question.inputs);
  if (!parsed.success) {
    const issues = parsed.error.issues.slice(0, MOST_ISSUES);
    const told = issues.map((issue) => `${issue.path.join('.') || 'inputs'}: ${issue.message}`).join('; ');
    return invalid('invalid_inputs', `${question.type} cannot take these inputs: ${told}`);
  }
  const inputs: unknown = parsed.data;
  if (!isObject(inputs)) return invalid('invalid_inputs', `${question.type} takes a mapping`);
  const flaw = flawOf({ inputs, idempotency_key: question.key?.key ?? null });
  if (flaw !== null) return invalid('invalid_inputs', `${question.type} cannot take these inputs: ${flaw}`);
  return { kind: 'inputs', inputs, targets: [...new Set(contract.targets(inputs))] };
}

function invalid(code: string, message: string): Checked {
  return { kind: 'invalid', fault: { code, message } };
}

async function lookUp(
  world: World,
  run: RunRef,
  question: Question,
  digest: string,
): Promise<Judgement | null> {
  const key = claimKey(question, run);
  const claim = await world.ledger.lookup(key);
  if (claim === null || claim.state === 'free') return null;
  if (claim.inputsDigest !== digest) {
    const message = `idempotency_key of ${question.task} was used before with other inputs; give this task a key of its own`;
    return { kind: 'conflict', fault: { code: 'key_conflict', message } };
  }
  if (claim.state !== 'done' || !isObject(claim.output)) return null;
  return { kind: 'already_done', output: claim.output, key: sha256(key) };
}
