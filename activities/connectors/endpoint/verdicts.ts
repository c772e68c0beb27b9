/** Which rows carry an intruder's marks, by the rules alone. */
import type { z } from 'zod';
import type { DetectAnomaly } from '../../catalogue/device.ts';
import { domainName } from '../../catalogue/values.ts';
import type { Row } from './osquery-log.ts';
import type { Behaviour, Rules } from './rules.ts';

type Output = z.input<(typeof DetectAnomaly)['output']>;
type Found = Pick<Output, 'malicious_pids' | 'processes' | 'c2_domains' | 'iocs'> & {
  readonly reasons: readonly string[];
};

/** More than this is a broken rule, not an intruder. */
const MOST = 1000;

export function judgeRows(rows: readonly Row[], rules: Rules): Found {
  const pids = new Set<number>();
  const domains = new Set<string>();
  const reasons = new Set<string>();
  const iocs = new Map<string, Output['iocs'][number]>();
  const mark = (type: Output['iocs'][number]['type'], value: string): void => {
    if (iocs.size < MOST) iocs.set(`${type} ${value}`, { type, value: value.slice(0, 512) });
  };
  for (const row of rows) {
    const pid = pidOf(row);
    const known = indicatorsIn(row, rules);
    for (const { type, value, listed } of known) {
      mark(type, value);
      if (type === 'domain') domains.add(listed);
      reasons.add(`a known ${type}`);
    }
    const broken = rules.behaviour.filter((one) => shows(row, one));
    for (const { because } of broken) reasons.add(because);
    if (pid === null || (known.length === 0 && broken.length === 0) || pids.size >= MOST) continue;
    pids.add(pid);
    const name = row['path'] ?? row['name'];
    if (name) mark('process', name);
  }
  return {
    malicious_pids: [...pids],
    processes: identitiesOf(rows, pids),
    c2_domains: [...domains].filter((one) => domainName.safeParse(one).success).slice(0, MOST),
    iocs: [...iocs.values()],
    reasons: [...reasons],
  };
}

interface Indicator {
  readonly type: 'domain' | 'ip' | 'sha256';
  readonly value: string;
  /** As the rules list it: a listed domain covers all below it. */
  readonly listed: string;
}

function indicatorsIn(row: Row, rules: Rules): readonly Indicator[] {
  const hosts = [row['domain'], row['dns_query'], row['hostname'], ...hostsIn(row['cmdline'] ?? '')];
  const found: Indicator[] = hosts.flatMap((host) => {
    const listed = host === undefined ? null : listedDomain(host, rules.domains);
    return host === undefined || listed === null
      ? []
      : [{ type: 'domain', value: host.toLowerCase(), listed }];
  });
  for (const address of [row['remote_address'], ...hostsIn(row['cmdline'] ?? '')])
    if (address !== undefined && rules.addresses.has(address))
      found.push({ type: 'ip', value: address, listed: address });
  const hash = row['sha256']?.toLowerCase();
  if (hash !== undefined && rules.sha256.has(hash)) found.push({ type: 'sha256', value: hash, listed: hash });
  return found;
}

/** The listed domain that this one is, or is below. */
function listedDomain(host: string, listed: ReadonlySet<string>): string | null {
  const labels = host.toLowerCase().replace(/\.$/, '').split('.');
  for (let at = 0; at < labels.length && at < 32; at += 1) {
    const domain = labels.slice(at).join('.');
    if (listed.has(domain)) return domain;
  }
  return null;
}

/** Whatever in a command line could be a host: names with a dot, and addresses. */
function hostsIn(cmdline: string): readonly string[] {
  return cmdline.match(/[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,10}/g)?.slice(0, 50) ?? [];
}

function shows(row: Row, { query, where }: Behaviour): boolean {
  const isSocket = row['remote_address'] !== undefined;
  if (pidOf(row) === null || isSocket !== (query === 'socket')) return false;
  return where.every(([column, pattern]) => {
    const value = row[column];
    return value !== undefined && pattern.test(value);
  });
}

function pidOf(row: Row): number | null {
  const text = row['pid'] ?? '';
  return /^[1-9]\d{0,9}$/.test(text) && Number(text) <= 4_294_967_295 ? Number(text) : null;
}

/** The rows that say when such a process began and what it runs; the newest of an id counts. */
function identitiesOf(rows: readonly Row[], pids: ReadonlySet<number>): Output['processes'] {
  const found = new Map<number, Output['processes'][number]>();
  for (const row of rows) {
    const pid = pidOf(row);
    const { start_time, path } = row;
    if (pid === null || !pids.has(pid) || !path || path.length > 1024) continue;
    if (start_time === undefined || !/^\d{1,12}$/.test(start_time)) continue;
    const started = Number(start_time);
    if ((found.get(pid)?.start_time ?? -1) <= started) found.set(pid, { pid, start_time: started, path });
  }
  return [...found.values()];
}
