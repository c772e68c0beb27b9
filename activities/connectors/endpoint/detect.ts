/** Reads the end of the device's query log and judges it by the rules. */
import { DetectAnomaly } from '../../catalogue/device.ts';
import { assetTarget } from '../../catalogue/values.ts';
import type { Deed } from '../deed.ts';
import { command, type Shape } from '../ssh/command.ts';
import { refused } from '../ssh/failure.ts';
import { withSession } from '../ssh/session.ts';
import { nameOf } from '../ssh/target.ts';
import { pathWithin } from './config.ts';
import { deviceOf, type At } from './device.ts';
import { readLog, type Seen } from './osquery-log.ts';
import { judgeRows } from './verdicts.ts';

/** About a day of a busy device. */
const MOST_BYTES = 8 * 1024 * 1024;

const READ_LOG: Shape = {
  name: 'read the end of the query log',
  words: ['tail', '-c', String(MOST_BYTES), null],
  changes: false,
  mostBytes: MOST_BYTES + 1024,
  longestMs: 60_000,
};

export const detectAnomaly: Deed<At, typeof DetectAnomaly> = {
  contract: DetectAnomaly,
  reversibility: 'none',
  repeat: 'natural',
  timeoutMs: 120_000,
  scopes: ['SSH: read the logs of osquery'],
  async perform({ device_id, osquery_log }, { config, rules, call }) {
    const device = deviceOf(config, device_id);
    if (device.kind !== 'got') return device;
    const named = osquery_log.endsWith('.log') ? osquery_log : `${osquery_log}/osqueryd.results.log`;
    const path = pathWithin(config.logFolders, named);
    if (path === null)
      return refused(
        'log_outside',
        `${osquery_log} is not within ${config.logFolders.join(' or ')}; see connectors.endpoint.log_folders`,
      );
    const read = command(READ_LOG, [path]);
    if (read.kind !== 'got') return read;
    const target = config.collector ?? device.value.ssh;
    const trail = { changeSent: false };
    const ran = await withSession(target, call, trail, (session) => session.run(read.value));
    if (ran.kind !== 'got') return ran;
    if (ran.value.code !== 0)
      return refused('log_missing', `${nameOf(target)} has no readable log at ${path}; is osquery running?`);
    const { bytes, stdout } = ran.value;
    const seen = readLog(stdout, assetTarget(device_id), bytes.byteLength >= MOST_BYTES);
    const nothing = nothingIn(seen, device_id);
    if (nothing !== null) return nothing;
    const { reasons, ...found } = judgeRows(seen.rows, rules);
    const anomalous = found.iocs.length > 0 || found.malicious_pids.length > 0;
    return { kind: 'done', output: { anomalous, ...found, summary: summaryOf(seen, reasons) } };
  },
};

/** An empty or garbled log must not read as a clean device. */
function nothingIn({ lines, foreign, unreadable }: Seen, device: string): ReturnType<typeof refused> | null {
  if (lines > foreign + unreadable) return null;
  return refused(
    'log_says_nothing',
    `no line of the log is about ${device} (${lines} lines, ${foreign} about other hosts, ${unreadable} unreadable); ` +
      'check the path and the host identifier of osquery',
  );
}

function summaryOf({ rows, lines, unreadable }: Seen, reasons: readonly string[]): string {
  const what = reasons.length === 0 ? 'nothing suspicious' : reasons.join('; ');
  const skipped = unreadable === 0 ? '' : `, ${unreadable} unreadable`;
  return `${what} (${rows.length} rows present, ${lines} log lines${skipped})`;
}
