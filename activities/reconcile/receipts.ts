/** From history to log: every receipt must still be true. */
import type { Execution, HeldReceipt } from './execution.ts';
import { short, type Finding, type Note } from './finding.ts';
import type { LogEntry } from './log-entry.ts';

interface Changed {
  readonly held: HeldReceipt;
  readonly execution: string;
}

export interface Checked {
  readonly confirmed: readonly LogEntry[];
  /** Ids that history holds a receipt for, whatever came of it. */
  readonly told: ReadonlySet<string>;
  readonly findings: readonly Finding[];
}

export function checkReceipts(
  executions: readonly Execution[],
  entries: readonly LogEntry[],
  note: Note,
): Checked {
  const byId = new Map(entries.map((entry) => [entry.id, entry]));
  const confirmed = new Map<string, LogEntry>();
  const told = new Set<string>();
  const findings: Finding[] = [];
  const changed: Changed[] = [];
  const seen = new Set<string>();
  for (const { run: execution, receipts } of executions)
    for (const held of receipts) {
      // After a reset, two histories hold the same receipt.
      const same = `${held.index}:${held.leaf}`;
      if (seen.has(same)) continue;
      seen.add(same);
      told.add(held.id);
      const entry = byId.get(held.id);
      if (entry === undefined)
        findings.push(
          note('entry_lost', `event ${held.id}`, { execution, entry: held.index, event: held.event }),
        );
      else if (entry.index !== held.index || entry.leaf !== held.leaf) changed.push({ held, execution });
      else confirmed.set(entry.id, entry);
    }
  const [first] = changed.sort((a, b) => a.held.index - b.held.index);
  const holding = [...confirmed.values()];
  if (first !== undefined)
    findings.push(rewritten(first, changed.length, { now: byId.get(first.held.id), holding }, note));
  return { confirmed: holding, told, findings };
}

function rewritten(
  { held, execution }: Changed,
  count: number,
  log: { readonly now: LogEntry | undefined; readonly holding: readonly LogEntry[] },
  note: Note,
): Finding {
  const sound = Math.max(-1, ...log.holding.map(({ index }) => index).filter((index) => index < held.index));
  const moved =
    log.now !== undefined && log.now.index !== held.index ? ` and stands at ${log.now.index}` : '';
  const what = [
    `its leaf was ${short(held.leaf)} and is ${short(log.now?.leaf ?? '')}${moved}`,
    sound < 0
      ? 'no receipt of this run confirms an earlier one'
      : `entry ${sound} and all before it still hold`,
    count > 1 ? `${count - 1} later receipts of this run differ as well` : '',
  ];
  const where = { execution, entry: held.index, event: held.event };
  return note('entry_rewritten', what.filter((part) => part !== '').join('; '), where);
}
