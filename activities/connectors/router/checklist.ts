/** Sentences that a checklist may hold, and whether they hold. What cannot be understood has not been met. */
import { got, type Got } from '../ssh/failure.ts';
import type { Session, Trail } from '../ssh/session.ts';
import type { Service } from './config.ts';
import type { Dialect } from './dialect.ts';
import { parseRule, writeRule } from './rule.ts';
import type { Finding } from './scan.ts';

const SEVERITIES = ['low', 'medium', 'high', 'critical'] as const;

const SERVICE = /^(telnet|http|https|ssh_external|snmp|upnp|ftp) is off$/;
const RULE = /^(inbound|outbound) rule: (.+)$/;
const LOG = /^log goes to (\S+)$/;
const FINDINGS = /^no finding above (low|medium|high)$/;

/** Null: it holds. Otherwise one sentence that says why not. */
export async function failing(
  item: string,
  { dialect, session, trail, findings }: Looking,
): Promise<Got<string | null>> {
  const text = item.trim();
  const [, service] = SERVICE.exec(text) ?? [];
  if (service !== undefined)
    return serviceIsOff(service as Service, text, { dialect, session, trail, findings });
  const [, direction, rule = ''] = RULE.exec(text) ?? [];
  if (direction === 'inbound' || direction === 'outbound') {
    const parsed = parseRule(rule);
    if (parsed.kind !== 'got') return got(`${item}: the rule cannot be read`);
    const state = await dialect.aclFacet(direction).read(session, trail);
    if (state.kind !== 'got') return state;
    return got(state.value.rules.includes(writeRule(parsed.value)) ? null : `${item}: it is not in force`);
  }
  const [, server] = LOG.exec(text) ?? [];
  if (server !== undefined) {
    const state = await dialect.loggingFacet.read(session, trail);
    if (state.kind !== 'got') return state;
    const wish = dialect.logging(server, 'informational');
    const holds =
      wish.kind === 'got' && JSON.stringify(wish.value.goal(state.value)) === JSON.stringify(state.value);
    return got(holds ? null : `${item}: it does not`);
  }
  const [, most] = FINDINGS.exec(text) ?? [];
  if (most !== undefined) {
    const limit = SEVERITIES.indexOf(most as (typeof SEVERITIES)[number]);
    const above = findings.filter(({ severity }) => SEVERITIES.indexOf(severity) > limit);
    return got(above.length === 0 ? null : `${item}: ${above.map(({ id }) => id).join(', ')}`);
  }
  return got(`${item}: cannot be checked; see the sentences that a checklist may hold`);
}

export interface Looking {
  readonly dialect: Dialect;
  readonly session: Session;
  readonly trail: Trail;
  readonly findings: readonly Finding[];
}

async function serviceIsOff(
  service: Service,
  item: string,
  { dialect, session, trail }: Looking,
): Promise<Got<string | null>> {
  const facet = dialect.services([service]);
  if (facet.kind !== 'got') return got(`${item}: cannot be seen on this kind of router`);
  const state = await facet.value.read(session, trail);
  if (state.kind !== 'got') return state;
  return got(dialect.isOff(service, state.value[service]) ? null : `${item}: it is on`);
}
