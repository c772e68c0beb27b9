/** A plan for people: layer by layer, what each task would do, to what, and who is asked. */
import type { Json } from '../../workflows/language/json.ts';
import type { PlannedTask, SealedPlan } from '../../workflows/language/plan.ts';
import { demandOf } from '../../workflows/walk/demand.ts';
import type { Verdict } from '../../workflows/walk/verdict.ts';
import type { Foreseen } from '../planning/foresee.ts';
import type { Stream } from '../terminal.ts';
import { REVERSIBILITY } from './card.ts';
import { exactJson, oneLine } from './text.ts';
import { obligationText } from './verdict.ts';
import { field, roomFor } from './fields.ts';
import { wrap } from './width.ts';

const INNER = { margin: 4 } as const;
const OUTER = { margin: 0 } as const;

export function renderPlan({ plan, digest }: SealedPlan, tasks: readonly Foreseen[], stream: Stream): string {
  const { id, version, severity, description } = plan.playbook;
  const walked = plan.walk === 'layers' ? 'layer by layer' : 'each task as soon as its needs allow';
  const failing =
    plan.onFailure === 'undo'
      ? 'When it fails, what it did is taken back as far as that can be undone\n'
      : '';
  const size = `${plan.tasks.length} tasks in ${plan.layers.length} layers, walked ${walked}`;
  const byName = new Map(tasks.map((one) => [one.task.name, one]));
  return [
    `${stream.colours.bold(id)} version ${oneLine(version)}, severity ${severity}\n`,
    description.trim() === '' ? '' : `${wrap(oneLine(description.trim()), stream.width).join('\n')}\n`,
    `${size}\n${failing}`,
    ...plan.layers.map((layer, index) => renderLayer(layer, index, byName, stream)),
    `\n${summary(tasks, stream)}${field('plan', digest, stream, OUTER)}`,
  ].join('');
}

function renderLayer(
  layer: readonly string[],
  index: number,
  byName: ReadonlyMap<string, Foreseen>,
  stream: Stream,
): string {
  const shown = layer.flatMap((name) => byName.get(name) ?? []).map((one) => renderTask(one, stream));
  return `\n${stream.colours.dim(`Layer ${index}`)}\n${shown.join('')}`;
}

function renderTask(
  { task, inputs, key, when, targets, verdict, approvalDue }: Foreseen,
  stream: Stream,
): string {
  const { colours } = stream;
  const line = (name: string, text: string | null): string => field(name, text, stream, INNER);
  return [
    `  ${colours.bold(task.name)}\n`,
    line(
      'would run',
      `${task.type} through ${task.connector ?? 'no connector yet'}; ${REVERSIBILITY[task.reversibility]}`,
    ),
    line('needs', needsOf(task)),
    line('only when', when === null ? null : oneLine(textOf(when.value))),
    line('on', targets === null ? 'not known yet' : targets.map((target) => oneLine(target)).join(', ')),
    line('inputs', shortJson(inputs.value, roomFor(stream, INNER.margin))),
    line(
      'done once as',
      key === null ? null : `${oneLine(textOf(key.value))} (per ${task.key?.scope ?? 'run'})`,
    ),
    line('policy', verdict === null ? null : policyOf(verdict)),
    line('approval', approvalDue ? approvalOf(task, verdict) : null),
    ...(verdict?.obligations ?? [])
      .filter(({ kind }) => kind !== 'approval')
      .map((one) => line('policy also', `${one.kind}: ${obligationText(one)}`)),
  ].join('');
}

function needsOf({ needs, join }: PlannedTask): string | null {
  if (needs.length === 0) return null;
  const named = needs
    .map(({ task, on }) => (on === undefined ? task : `${task} (${on.join(' or ')})`))
    .join(', ');
  return join === 'all' ? named : `${join} of ${named}`;
}

function policyOf({ effect, rules }: Verdict): string {
  const because = rules.map(({ id, reason }) => `${oneLine(reason)} (${oneLine(id)})`).join('; ');
  return `${effect.replace('_', ' ')}: ${because}`;
}

/** Whoever asks, and then whom: the strictest of what the playbook and policy want. */
function approvalOf({ approvalRequired, expiresMs }: PlannedTask, verdict: Verdict | null): string {
  const asking = [
    approvalRequired ? 'the playbook' : '',
    verdict?.effect === 'needs_approval' ? 'policy' : '',
  ];
  const demand = demandOf(verdict ?? { obligations: [] });
  const shortest = Math.min(expiresMs, demand.expiresMs ?? expiresMs);
  const whom = obligationText({ kind: 'approval', ...demand, expiresMs: shortest });
  return `${whom}; asked for by ${asking.filter((who) => who !== '').join(' and ')}`;
}

function summary(tasks: readonly Foreseen[], stream: Stream): string {
  const names = (fits: (one: Foreseen) => boolean): string =>
    tasks
      .filter(fits)
      .map(({ task }) => task.name)
      .join(', ') || 'none';
  return [
    field(
      'approvals due',
      names(({ approvalDue }) => approvalDue),
      stream,
      OUTER,
    ),
    field(
      'denied',
      names(({ verdict }) => verdict?.effect === 'deny'),
      stream,
      OUTER,
    ),
    field(
      'not undoable',
      names(({ task }) => task.reversibility === 'C'),
      stream,
      OUTER,
    ),
  ].join('');
}

/** On one line where it fits. */
function shortJson(value: Json, width: number): string {
  const short = exactJson(value, 0);
  return short.length <= width ? short : exactJson(value);
}

function textOf(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
