/**
 * `npm run bench [-- SUITE] [-- --json FILE]`: what Cordon costs beside a workflow written by hand; with a suite's name,
 * what a part of it costs beside the bare alternative. Prints a table, writes the figures as JSON, and ends with 1 when a
 * budget is not held.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { EXIT, type ExitCode } from '../client/exit.ts';
import { ownTerminal, type Terminal } from '../client/terminal.ts';
import { judge } from './budget.ts';
import { bundleContent } from './bundle-content.ts';
import { measure } from './measures.ts';
import { measuresTable, reportOf, tableOf } from './report.ts';
import { openStage } from './stage.ts';
import { SUITES, type Suite } from './suites.ts';

const usualFile = (name: string): string => fileURLToPath(new URL(`../.cache/${name}.json`, import.meta.url));

async function benchRoad(file: string, { out, err }: Terminal): Promise<ExitCode> {
  const say = saying(err);
  const from = performance.now();
  say('a server, a ledger and three workers');
  const stage = await openStage((line) => err.write(`${line}\n`));
  try {
    const { measures, history } = await measure(stage, say);
    const report = reportOf({
      measures: measures.map(judge),
      bundle: bundleContent(stage.bundle),
      history,
      server: stage.server,
      seconds: Math.round((performance.now() - from) / 1000),
    });
    save(file, report);
    out.write(tableOf(report, out));
    return report.held ? EXIT.done : EXIT.failed;
  } finally {
    await stage.close();
  }
}

async function benchSuite(suite: Suite, file: string, { out, err }: Terminal): Promise<ExitCode> {
  const measures = (await suite(saying(err))).map(judge);
  const held = measures.every((one) => one.held);
  save(file, { at: new Date().toISOString(), node: process.version, measures, held });
  out.write(`Node ${process.version}; ${availableParallelism()} CPUs\n\n${measuresTable(measures, out)}`);
  return held ? EXIT.done : EXIT.failed;
}

function saying(err: Terminal['err']): (line: string) => void {
  return (line) => err.write(`${err.colours.dim(`… ${line}`)}\n`);
}

function save(file: string, report: object): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`);
}

interface Wanted {
  readonly suite: Suite | null;
  readonly file: string;
}

function wantedBy(args: readonly string[]): Wanted | null {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { json: { type: 'string' } },
      allowPositionals: true,
    });
    const [name, ...rest] = positionals;
    const suite = name === undefined ? null : SUITES[name];
    if (suite === undefined || rest.length > 0) return null;
    return { suite, file: values.json ?? usualFile(name === undefined ? 'bench' : `bench-${name}`) };
  } catch {
    return null;
  }
}

const terminal = ownTerminal();
const wanted = wantedBy(process.argv.slice(2));
if (wanted === null) {
  terminal.err.write(`usage: npm run bench [-- ${Object.keys(SUITES).join('|')}] [--json FILE]\n`);
  process.exitCode = EXIT.usage;
} else {
  const { suite, file } = wanted;
  const code = await (suite === null ? benchRoad(file, terminal) : benchSuite(suite, file, terminal));
  // Said outright: what starts Postgres ends a process that is left to itself with 0, whatever its exit code.
  process.exit(code);
}
