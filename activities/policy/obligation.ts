/**
 * The words of `@obligation("…")`, separated by blanks:
 *
 *   approval:2  group:soc-leads:1  assurance:V3  ttl:4h     on a forbid: who lifts it
 *   redact:field,field  delay:15m  notify:soc@example.org  on any rule
 *
 * A word that is not understood is refused: an obligation nobody meets binds nobody.
 */
import type { Assurance } from '../../workflows/walk/outcome.ts';
import type { GroupQuorum, Obligation } from '../../workflows/walk/verdict.ts';
import type { ApprovalObligation } from './consent.ts';

/** As a rule states it. `delayMs` counts from the run's start. */
export interface StatedObligations {
  readonly approval: ApprovalObligation | null;
  readonly redact: readonly string[];
  readonly delayMs: number | null;
  readonly notify: readonly string[];
}

export const NO_OBLIGATIONS: StatedObligations = { approval: null, redact: [], delayMs: null, notify: [] };

export type ReadObligations =
  | { readonly kind: 'obligations'; readonly obligations: StatedObligations }
  | { readonly kind: 'problem'; readonly problem: string };

interface Words {
  readonly approval: string[];
  readonly group: string[];
  readonly assurance: string[];
  readonly ttl: string[];
  readonly redact: string[];
  readonly delay: string[];
  readonly notify: string[];
}

const ASSURANCE: readonly Assurance[] = ['V0', 'V1', 'V2', 'V3'];
const FIELD = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/;
const GROUP = /^([a-z0-9][a-z0-9._-]{0,63}):([1-9])$/;
const RECIPIENT = /^[^\s@,:]{1,64}@[a-z0-9.-]{1,189}$/;

export function readObligations(text: string): ReadObligations {
  const words: Words = {
    approval: [],
    group: [],
    assurance: [],
    ttl: [],
    redact: [],
    delay: [],
    notify: [],
  };
  for (const word of text.split(/\s+/).filter((one) => one !== '')) {
    const at = word.indexOf(':');
    const name = word.slice(0, Math.max(at, 0));
    if (!Object.hasOwn(words, name)) return problem(`"${word.slice(0, 40)}" is not understood`);
    words[name as keyof Words].push(word.slice(at + 1));
  }
  for (const name of ['approval', 'assurance', 'ttl', 'redact', 'delay', 'notify'] as const)
    if (words[name].length > 1) return problem(`${name} is said twice`);
  return stated(words);
}

function stated(words: Words): ReadObligations {
  const approval = approvalOf(words);
  if (typeof approval === 'string') return problem(approval);
  const [redact] = words.redact;
  const fields = redact?.split(',') ?? [];
  if (!fields.every((field) => FIELD.test(field)))
    return problem('redact takes names of output fields, with commas');
  const [delay] = words.delay;
  const delayMs = delay === undefined ? null : durationMs(delay);
  if (delayMs === undefined)
    return problem('delay takes a time such as 15m or 2h, counted from the start of the run');
  const [to] = words.notify;
  const notify = to?.split(',') ?? [];
  if (!notify.every((one) => RECIPIENT.test(one))) return problem('notify takes mail addresses, with commas');
  const nothing = approval === null && fields.length === 0 && delayMs === null && notify.length === 0;
  if (nothing) return problem('it obliges to nothing');
  return { kind: 'obligations', obligations: { approval, redact: fields, delayMs, notify } };
}

function approvalOf(words: Words): ApprovalObligation | null | string {
  const [persons] = words.approval;
  if (persons === undefined) {
    const stray = (['group', 'assurance', 'ttl'] as const).find((name) => words[name].length > 0);
    return stray === undefined ? null : `${stray} needs approval:1 to approval:9 beside it`;
  }
  if (!/^[1-9]$/.test(persons)) return 'it must be "approval:1" to "approval:9"';
  const quorum = Number(persons);
  const groups: GroupQuorum[] = [];
  for (const one of words.group) {
    const [, group, count] = GROUP.exec(one) ?? [];
    if (group === undefined || count === undefined)
      return 'group takes a name and a number, as group:soc-leads:1';
    if (Number(count) > quorum) return `group ${group} wants ${count} of ${quorum} persons`;
    if (groups.some((other) => other.group === group)) return `group ${group} is said twice`;
    groups.push({ group, count: Number(count) });
  }
  const [level = 'V0'] = words.assurance;
  const minAssurance = ASSURANCE.find((known) => known === level);
  if (minAssurance === undefined) return 'assurance takes V0, V1, V2 or V3';
  const [ttl] = words.ttl;
  const expiresMs = ttl === undefined ? null : durationMs(ttl);
  if (expiresMs === undefined) return 'ttl takes a time such as 30m or 4h';
  return { kind: 'approval', quorum, groups, minAssurance, expiresMs };
}

const UNIT = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const LONGEST_MS = 30 * UNIT.d;

function durationMs(text: string): number | undefined {
  const [, count, unit] = /^([1-9]\d{0,4})([smhd])$/.exec(text) ?? [];
  if (count === undefined || unit === undefined) return undefined;
  const ms = Number(count) * UNIT[unit as keyof typeof UNIT];
  return ms <= LONGEST_MS ? ms : undefined;
}

function problem(text: string): ReadObligations {
  return { kind: 'problem', problem: text };
}

/** What a rule obliges to, with its delay counted from the run's start. */
export function obligationsFrom(
  { approval, redact: fields, delayMs, notify: to }: StatedObligations,
  startedAt: number,
): readonly Obligation[] {
  return [
    ...(approval === null ? [] : [approval]),
    ...(fields.length > 0 ? [{ kind: 'redact' as const, fields }] : []),
    ...(delayMs === null ? [] : [{ kind: 'delay' as const, until: startedAt + delayMs }]),
    ...(to.length > 0 ? [{ kind: 'notify' as const, to }] : []),
  ];
}
