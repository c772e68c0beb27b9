/** What a rehearsal expected and did not get, as sentences. */
import { canonical } from '../../workflows/audit/canonical.ts';
import { fold } from '../../workflows/walk/ending.ts';
import type { Fact } from '../../workflows/walk/fact.ts';
import type { Performed } from './rehearse.ts';
import { durationMs, type Expectation, type Rehearsal, type ScriptedUndo } from './script.ts';

type Done = Extract<Performed, { readonly kind: 'performed' }>;

export function differences(rehearsal: Rehearsal, performed: Performed): readonly string[] {
  const undone = performed.kind === 'performed' ? performed.undone : [];
  const scripts = undosOf(rehearsal);
  return [
    ...differencesIn(rehearsal.expect, performed),
    ...scripts.flatMap(({ expect }, at) => {
      const one = undone[at];
      const told = one === undefined ? ['it did not take place'] : ofUndo(expect, one);
      return told.map((line) => `undo${scripts.length > 1 ? ` ${at + 1}` : ''}: ${line}`);
    }),
  ];
}

export function undosOf({ undo }: Rehearsal): readonly ScriptedUndo[] {
  if (undo === undefined) return [];
  return Array.isArray(undo) ? undo : [undo];
}

function ofUndo(expect: ScriptedUndo['expect'], performed: Performed): readonly string[] {
  const items = performed.kind === 'performed' ? (performed.report.undo?.items ?? []) : [];
  const said = Object.entries(expect.says ?? {}).flatMap(([task, state]) => {
    const told = items.find((item) => item.task === task);
    return told?.state === state
      ? []
      : [
          `of ${task} it says ${told === undefined ? 'nothing' : `${told.state} (${told.says})`}, not ${state}`,
        ];
  });
  return [...differencesIn(expect, performed), ...said];
}

function differencesIn(expect: Expectation, performed: Performed): readonly string[] {
  if (performed.kind === 'refused') {
    if (expect.status !== 'refused') return ['the playbook was refused:', ...performed.problems];
    const told = performed.problems.join('\n');
    const missing = expect.problem !== undefined && !told.includes(expect.problem);
    return missing
      ? [`refused, but for another reason than "${expect.problem}":`, ...performed.problems]
      : [];
  }
  return [
    ...ofStatus(expect, performed),
    ...ofTasks(expect, performed),
    ...ofFacts(expect, performed.facts),
    ...ofCalls(expect, performed),
    ...ofRecord(performed),
  ];
}

function ofStatus(expect: Expectation, { report, tookMs }: Done): readonly string[] {
  const found: string[] = [];
  if (report.status !== expect.status) found.push(`status: expected ${expect.status}, got ${report.status}`);
  if (expect.within !== undefined && tookMs > durationMs(expect.within))
    found.push(`within: expected at most ${expect.within}, took ${tookMs} ms`);
  return found;
}

function ofTasks(expect: Expectation, { report }: Done): readonly string[] {
  const found: string[] = [];
  const compare = (what: string, task: string, expected: unknown, actual: unknown): void => {
    if (canonical(expected) !== canonical(actual ?? null))
      found.push(
        `${what} of ${task}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual ?? null)}`,
      );
  };
  for (const [task, status] of Object.entries(expect.outcomes)) {
    const told = report.tasks[task];
    if (told?.status !== status)
      found.push(
        `outcome of ${task}: expected ${status}, got ${told?.status ?? 'no such task'}${told?.reason ? ` (${told.reason})` : ''}`,
      );
  }
  for (const [task, output] of Object.entries(expect.outputs))
    compare('output', task, output, report.tasks[task]?.output);
  for (const [task, inputs] of Object.entries(expect.inputs))
    compare('inputs', task, inputs, report.tasks[task]?.inputs);
  for (const [task, reason] of Object.entries(expect.reasons))
    if (!(report.tasks[task]?.reason ?? '').includes(reason))
      found.push(`reason of ${task}: expected "${reason}", got "${report.tasks[task]?.reason ?? ''}"`);
  return found;
}

export function lineOf({ event, task }: Fact): string {
  return task === null ? event : `${event} ${task}`;
}

function ofFacts(expect: Expectation, facts: readonly Fact[]): readonly string[] {
  const lines = facts.map(lineOf);
  const found: string[] = [];
  if (expect.facts !== undefined) {
    const length = Math.max(expect.facts.length, lines.length);
    for (let i = 0; i < length; i += 1)
      if (expect.facts[i] !== lines[i]) {
        found.push(`fact ${i + 1}: expected ${expect.facts[i] ?? 'no more'}, got ${lines[i] ?? 'no more'}`);
        break;
      }
  }
  let from = 0;
  for (const line of expect.facts_include ?? []) {
    const at = lines.indexOf(line, from);
    if (at < 0)
      found.push(
        `facts_include: "${line}" ${lines.includes(line) ? 'came earlier than expected' : 'never came'}`,
      );
    else from = at + 1;
  }
  for (const line of expect.facts_exclude ?? [])
    if (lines.includes(line)) found.push(`facts_exclude: "${line}" came`);
  return found;
}

function ofCalls(expect: Expectation, { calls }: Done): readonly string[] {
  if (expect.calls === undefined) return [];
  const made = calls.map((call) => call.task).join(', ');
  const expected = expect.calls.join(', ');
  return made === expected ? [] : [`calls: expected [${expected}], got [${made}]`];
}

/** Told again from the record alone, the run must be the same. Demanded of every rehearsal, asked or not. */
function ofRecord({ report, facts }: Done): readonly string[] {
  const told = fold(facts);
  const tasks = Object.fromEntries(Object.entries(report.tasks).map(([name, task]) => [name, task.status]));
  const same = told.status === report.status && canonical({ ...told.tasks }) === canonical(tasks);
  return same ? [] : [`the record tells another story: ${JSON.stringify(told)}`];
}
