/** The guards of `guards.yaml` that look at a task alone: time, marking, egress. Each that trips says why. */
import type { DeterminingRule } from '../../workflows/walk/verdict.ts';
import { isFrozen, isOpen } from './calendar.ts';
import type { PolicyQuestion } from './engine.ts';
import type { GuardList } from './guard-list.ts';
import { isAbove, PAP, TLP } from '../../workflows/language/marking.ts';

/** A task that only reads is held up by no window, freeze or limit. */
export function isChange({ reversibility }: Pick<PolicyQuestion, 'reversibility'>): boolean {
  return reversibility !== 'none';
}

export function tripwires(question: PolicyQuestion, guards: GuardList): readonly DeterminingRule[] {
  return [
    ...(isChange(question) ? [...frozen(question, guards), ...outside(question, guards)] : []),
    ...marked(question, guards),
    ...leaving(question, guards),
  ];
}

interface Scope {
  readonly actions?: readonly string[] | undefined;
  readonly connectors?: readonly string[] | undefined;
}

export function isAbout({ actions, connectors }: Scope, { type, connector }: PolicyQuestion): boolean {
  return (actions?.includes(type) ?? true) && (connectors?.includes(connector) ?? true);
}

function frozen(question: PolicyQuestion, { freezes }: GuardList): DeterminingRule[] {
  return freezes
    .filter((one) => isAbout(one, question) && !one.except.includes(question.severity))
    .filter((one) => isFrozen(one, question.at))
    .map(({ name, because, to, time_zone }) =>
      guardRule('freeze', `${name}: ${because}; until ${to.replace('T', ' ')} ${time_zone}`),
    );
}

/** Where windows speak of an action, it must be inside one of them. */
function outside(question: PolicyQuestion, { windows }: GuardList): DeterminingRule[] {
  const about = windows.filter((one) => isAbout(one, question) && !one.except.includes(question.severity));
  if (about.length === 0 || about.some((one) => isOpen(one, question.at))) return [];
  const named = about.map(
    ({ name, days, from, to, time_zone }) => `${name} (${days.join(' ')} ${from}–${to} ${time_zone})`,
  );
  return [guardRule('window', `${question.type} belongs in a maintenance window: ${named.join('; ')}`)];
}

function marked({ connector, marking }: PolicyQuestion, { ceilings }: GuardList): DeterminingRule[] {
  const ceiling = ceilings?.connectors[connector];
  if (ceilings === undefined || ceiling === undefined) return [];
  const tlp = marking.tlp ?? ceilings.unmarked.tlp;
  const pap = marking.pap ?? ceilings.unmarked.pap;
  const over = [
    isAbove(TLP, tlp, ceiling.tlp) ? `TLP:${tlp.toUpperCase()} above TLP:${ceiling.tlp.toUpperCase()}` : '',
    isAbove(PAP, pap, ceiling.pap) ? `PAP:${pap.toUpperCase()} above PAP:${ceiling.pap.toUpperCase()}` : '',
  ].filter((text) => text !== '');
  if (over.length === 0) return [];
  return [guardRule('marking', `the case is ${over.join(' and ')}, the most that ${connector} may be told`)];
}

function leaving({ reaches }: PolicyQuestion, { egress }: GuardList): DeterminingRule[] {
  if (egress === undefined) return [];
  return reaches
    .filter((reach) => !isListed(reach, egress))
    .map((reach) => guardRule('egress', `${JSON.stringify(reach.slice(0, 100))} is not on the egress list`));
}

function isListed(reach: string, { hosts, mail_domains }: NonNullable<GuardList['egress']>): boolean {
  const at = reach.indexOf(':');
  const [kind, name] = [reach.slice(0, at), reach.slice(at + 1).toLowerCase()];
  if (kind === 'mail') return mail_domains.includes(name);
  return (
    kind === 'host' &&
    hosts.some((host) => (host.startsWith('*.') ? name.endsWith(host.slice(1)) : name === host))
  );
}

export function guardRule(name: string, reason: string): DeterminingRule {
  return { id: `guard.${name}`, effect: 'guard', reason };
}
