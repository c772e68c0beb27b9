/** Reads the router back: what of the checklist does not hold, and what has changed since the backup. */
import { VerifyHardening } from '../../catalogue/router.ts';
import { EvidenceError } from '../../evidence/store.ts';
import type { Deed } from '../deed.ts';
import { command } from '../ssh/command.ts';
import { got, refused, unavailable, type Got } from '../ssh/failure.ts';
import { outputOf, withSession } from '../ssh/session.ts';
import { routerAt, type At } from './at.ts';
import { failing } from './checklist.ts';
import type { Dialect } from './dialect.ts';

interface Seen {
  readonly failed: readonly string[];
  readonly config: string;
}

export const verifyHardening: Deed<At, typeof VerifyHardening> = {
  contract: VerifyHardening,
  reversibility: 'none',
  repeat: 'natural',
  timeoutMs: 120_000,
  scopes: ['SSH: read the configuration'],
  async perform({ router_ip, baseline_checklist, scan_results, backup }, at) {
    const found = routerAt(at.config, router_ip);
    if (found.kind !== 'got') return found;
    const { router, dialect } = found.value;
    const before = await backupText(at, backup ?? null);
    if (before.kind !== 'got') return before;
    const read = command(dialect.config);
    if (read.kind !== 'got') return read;
    const trail = { changeSent: false };
    const seen = await withSession<Seen>(router.ssh, at.call, trail, async (session) => {
      const failed: string[] = [];
      for (const item of baseline_checklist) {
        const why = await failing(item, { dialect, session, trail, findings: scan_results });
        if (why.kind !== 'got') return why;
        if (why.value !== null) failed.push(why.value);
      }
      const config = await outputOf(session, trail, read.value);
      return config.kind === 'got' ? got({ failed, config: config.value }) : config;
    });
    if (seen.kind !== 'got') return seen;
    const { failed, config } = seen.value;
    const changes = before.value === null ? [] : differences(dialect, before.value, config);
    return {
      kind: 'done',
      output: { passed: failed.length === 0, failed_items: [...failed], changes_applied: [...changes] },
    };
  },
};

async function backupText({ evidence }: At, sha256: string | null): Promise<Got<string | null>> {
  if (sha256 === null) return got(null);
  try {
    const bytes = await evidence.get(sha256);
    return bytes === null
      ? refused('backup_missing', `no backup is stored under ${sha256}; back the router up first`)
      : got(new TextDecoder().decode(bytes));
  } catch (error) {
    if (error instanceof EvidenceError) return unavailable(error.code, error.message);
    throw error;
  }
}

/** Of a setting that holds a secret the name is told and never the value. */
const SECRET = /((?:^|[^a-z])(?:key|psk|pass\w*|passwd|secret|community|token)\b(?: is)?\s).*$/i;
const MOST = 1000;

function differences(dialect: Dialect, before: string, after: string): readonly string[] {
  const [old, now] = [new Set(dialect.settings(before)), new Set(dialect.settings(after))];
  const gone = [...old].filter((one) => !now.has(one)).map((one) => `removed: ${masked(one)}`);
  const added = [...now].filter((one) => !old.has(one)).map((one) => `added: ${masked(one)}`);
  return [...gone, ...added].slice(0, MOST).map((one) => one.slice(0, 300));
}

function masked(setting: string): string {
  return setting.replace(SECRET, '$1[not shown]');
}
