/**
 * Gives a run its plan: reads the playbook, refuses every fault at once, and stores what it gives under its
 * digest. A continued run gets the very plan it was started with.
 */
import { canonical } from '../workflows/audit/canonical.ts';
import type { LocalActivities, PlanReply, PlanRequest } from '../workflows/activities.ts';
import { compilePlaybook } from '../workflows/language/compile.ts';
import { checkContext, type ContextProblem } from '../workflows/language/context.ts';
import { parsePlaybook } from '../workflows/language/parse.ts';
import { formatProblem } from '../workflows/language/problem.ts';
import { sealPlan } from '../workflows/language/seal.ts';
import type { JsonObject } from '../workflows/language/json.ts';
import { UNDO_PLAYBOOK } from '../workflows/language/reserved.ts';
import type { Plan, SealedPlan } from '../workflows/language/plan.ts';
import { sha256 } from './keys.ts';
import { flawOf } from './plain.ts';
import { noProvider, providerFor } from './provider.ts';
import { queuesFor } from './queues.ts';
import { appendFacts } from './record.ts';
import { startInput, type CheckedStart } from './start-input.ts';
import { planUndo } from './undo/plan.ts';
import type { World } from './world.ts';

type Refusal = { readonly kind: 'refused'; readonly problems: readonly string[] };
type Compiled =
  | { readonly kind: 'sealed'; readonly sealed: SealedPlan }
  /** Sound, but nobody said which provider performs it. */
  | (Refusal & { readonly declares?: Plan['context'] });

export function createPlan(world: World): LocalActivities['plan'] {
  const cache = new Map<string, Compiled>();
  return async (request) => {
    const reply = await planFor(world, request, cache);
    if (reply.kind !== 'refused') return reply;
    return { ...reply, receipts: await recordRefusal(world, request, reply.problems) };
  };
}

/** The plan lies in the run's history, where the server refuses more than 2 MiB in one event. */
const LARGEST_PLAN = 1_500_000;

async function planFor(world: World, request: PlanRequest, cache: Map<string, Compiled>): Promise<PlanReply> {
  const parsed = startInput.safeParse(request.input);
  if (!parsed.success)
    return refused(
      ...parsed.error.issues
        .slice(0, 20)
        .map((issue) => `start input, ${issue.path.join('.') || 'whole'}: ${issue.message}`),
    );
  const flaw = flawOf(parsed.data);
  if (flaw !== null) return refused(`start input: ${flaw}`);
  const { context, options } = parsed.data;
  const given = context as JsonObject;
  const compiled =
    request.digest === null
      ? await freshPlan(world, request, parsed.data, cache)
      : await storedPlan(world, request.digest);
  if (compiled.kind === 'refused') {
    // An account that is missing or misspelt is why no provider was found: that is what must be told.
    const why = compiled.declares && checkContext({ context: compiled.declares }, given);
    if (why?.kind === 'problems') return refusedContext(why.problems);
    return why === undefined
      ? refused(...compiled.problems)
      : refused(...noProvider(world, given), ...compiled.problems);
  }
  const { sealed } = compiled;
  const checked = checkContext(sealed.plan, given);
  if (checked.kind === 'problems') return refusedContext(checked.problems);
  const text = canonical(sealed.plan);
  if (text.length > LARGEST_PLAN)
    return refused(
      `plan_too_large: the plan takes ${text.length} characters, a run can carry ${LARGEST_PLAN}; split the playbook into several`,
    );
  await world.ledger.put({ kind: 'plan', digest: sealed.digest, text });
  const startedBy = await world.whoStarted(request.workflowId, request.runId);
  return {
    kind: 'plan',
    sealed,
    context: checked.context,
    requestedBy: options.requested_by ?? startedBy,
    startedBy,
    ...(options.tlp === undefined && options.pap === undefined
      ? {}
      : { marking: { tlp: options.tlp ?? null, pap: options.pap ?? null } }),
    ...(parsed.data.undo?.preview === true ? { preview: true } : {}),
    pollMs: options.poll_seconds === undefined ? null : options.poll_seconds * 1000,
    continueAfterEvents: options.continue_after_events ?? null,
    searchable: world.searchable,
    ...queuesFor(sealed.plan, world.queues),
  };
}

/** From the playbook, or, where a run is to be taken back, from what the store says that it did. */
async function freshPlan(
  world: World,
  { playbook }: PlanRequest,
  { case_id, context, options, undo }: CheckedStart,
  cache: Map<string, Compiled>,
): Promise<Compiled> {
  if (playbook !== UNDO_PLAYBOOK)
    return undo === undefined
      ? compileFor(world, playbook, context, options.provider, cache)
      : refused(`start input: undo is for the workflow type ${UNDO_PLAYBOOK} alone`);
  if (undo === undefined) return refused('start input: undo must say which run is to be taken back');
  return planUndo(world, case_id, undo);
}

/** One compilation per text, provider and catalogue: runs of the same playbook share it. */
const MOST_CACHED = 100;

async function compileFor(
  world: World,
  id: string,
  context: JsonObject,
  provider: string | undefined,
  cache: Map<string, Compiled>,
): Promise<Compiled> {
  const found = await world.playbook(id);
  if (found === null)
    return refused(`there is no playbook ${id}: its file would be <playbooks folder>/${id}.yaml`);
  const chosen = provider ?? providerFor(world, context);
  const cacheKey = sha256(`${id}\n${chosen ?? ''}\n`) + sha256(Buffer.from(found.source).toString('latin1'));
  const known = cache.get(cacheKey);
  if (known !== undefined) return known;
  const compiled = compile(world, id, found, chosen);
  if (cache.size >= MOST_CACHED) cache.clear();
  cache.set(cacheKey, compiled);
  return compiled;
}

function compile(
  world: World,
  id: string,
  { file, source }: { readonly file: string; readonly source: Uint8Array },
  provider: string | undefined,
): Compiled {
  const parsed = parsePlaybook(source, file);
  if (parsed.kind === 'problems') return refused(...parsed.problems.map(formatProblem));
  if (parsed.playbook.id !== id)
    return refused(`${file} holds playbook ${parsed.playbook.id}; its id must be its file's name, ${id}`);
  const compiled = compilePlaybook(parsed.playbook, world.catalogue, {
    file,
    locate: parsed.locate,
    requireConnector: true,
    ...(provider === undefined ? {} : { provider }),
  });
  if (compiled.kind === 'problems') {
    const refusal = refused(...compiled.problems.map(formatProblem));
    const sound = compiled.problems.every(({ code }) => code === 'provider_needed');
    return sound ? { ...refusal, declares: parsed.playbook.context } : refusal;
  }
  return { kind: 'sealed', sealed: sealPlan(compiled.plan, sha256, canonical) };
}

async function storedPlan(world: World, digest: string): Promise<Compiled> {
  const text = await world.ledger.get('plan', digest);
  if (text === null) return refused(`the plan ${digest} that this run was started with is not in the store`);
  return { kind: 'sealed', sealed: { plan: JSON.parse(text) as Plan, digest } };
}

function refused(...problems: string[]): Refusal {
  return { kind: 'refused', problems };
}

function refusedContext(problems: readonly ContextProblem[]): Refusal {
  return refused(...problems.map((problem) => `context: ${problem.message}. ${problem.remedy}`));
}

async function recordRefusal(
  world: World,
  request: PlanRequest,
  problems: readonly string[],
): Promise<readonly string[]> {
  const { workflowId, chain, startedAt, playbook, at } = request;
  const caseId = typeof request.input.case_id === 'string' ? request.input.case_id.slice(0, 128) : '';
  const run = {
    workflowId,
    chain,
    runId: request.runId,
    startedAt,
    caseId,
    playbook,
    playbookVersion: '',
    planDigest: '',
    severity: 'low' as const,
    requestedBy: '',
  };
  const fact = { task: null, at };
  return appendFacts(world, run, [
    { ...fact, event: 'playbook_started', details: { playbook }, coordinate: 'plan/started' },
    {
      ...fact,
      event: 'dag_validation_failed',
      details: { problems: problems.slice(0, 50).map((problem) => problem.slice(0, 500)) },
      coordinate: 'plan/refused',
    },
  ]);
}
