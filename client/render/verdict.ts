/** A verdict for people: the answer, each rule that led to it, and what is asked of whom. */
import type { DeterminingRule, Obligation, Verdict } from '../../workflows/walk/verdict.ts';
import type { Stream } from '../terminal.ts';
import { field } from './fields.ts';
import { oneLine } from './text.ts';

const ROLE: { readonly [effect in DeterminingRule['effect']]: string } = {
  permit: 'permitted by',
  forbid: 'forbidden by',
  guard: 'stopped by',
  default: 'denied',
};

export function renderVerdict(verdict: Verdict, stream: Stream): string {
  const { bold, green, red, yellow } = stream.colours;
  const paint = { allow: green, deny: red, needs_approval: yellow }[verdict.effect];
  return [
    `${bold(paint(verdict.effect.replace('_', ' ')))}\n`,
    ...verdict.rules.map(({ id, effect, reason }) =>
      field(ROLE[effect], `${oneLine(id)}: ${oneLine(reason)}`, stream),
    ),
    ...verdict.obligations.map((one) => field(labelOf(one), obligationText(one), stream)),
    ...verdict.errors.map((error) => field('error', oneLine(error), stream)),
    field('engine', verdict.engine, stream),
    field('policy set', verdict.policySet, stream),
  ].join('');
}

function labelOf({ kind }: Obligation): string {
  return { approval: 'asks for', redact: 'withholds', delay: 'waits', notify: 'tells first' }[kind];
}

/** What one obligation means, in words. */
export function obligationText(one: Obligation): string {
  switch (one.kind) {
    case 'approval': {
      const people = one.quorum === 1 ? 'one person' : `${one.quorum} different persons`;
      const groups = one.groups.map(({ group, count }) => `${count} of ${oneLine(group)}`);
      return [
        people,
        groups.length > 0 ? `among them ${groups.join(' and ')}` : '',
        one.minAssurance === 'V0' ? '' : `at assurance ${one.minAssurance} or better`,
        one.expiresMs === null ? '' : `within ${spanText(one.expiresMs)}`,
      ]
        .filter((part) => part !== '')
        .join(', ');
    }
    case 'redact':
      return `the output's ${one.fields.map((name) => oneLine(name)).join(', ')}`;
    case 'delay':
      return `until ${new Date(one.until).toISOString()}`;
    case 'notify':
      return one.to.map((to) => oneLine(to)).join(', ');
    default:
      return one satisfies never;
  }
}

const UNITS = [
  [86_400_000, 'day'],
  [3_600_000, 'hour'],
  [60_000, 'minute'],
  [1_000, 'second'],
] as const;

/** In the largest unit that fits evenly. */
export function spanText(ms: number): string {
  const [size, unit] = UNITS.find(([each]) => ms >= each && ms % each === 0) ?? [1_000, 'second'];
  const count = Math.round(ms / size);
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}
