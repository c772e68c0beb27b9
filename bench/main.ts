/**
 * `npm run bench [-- --json FILE]`: what Cordon costs beside a workflow written by hand. Prints a table, writes
 * the figures as JSON, and ends with 1 when a budget is not held.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { EXIT, type ExitCode } from '../client/exit.ts';
import { ownTerminal, type Terminal } from '../client/terminal.ts';
import { judge } from './budget.ts';
import { bundleContent } from './bundle-content.ts';
import { measure } from './measures.ts';
import { reportOf, tableOf } from './report.ts';
import { openStage } from './stage.ts';

const USUAL_FILE = fileURLToPath(new URL('../.cache/bench.json', import.meta.url));

async function bench(file: string, { out, err }: Terminal): Promise<ExitCode> {
  const say = (line: string): void => err.write(`${err.colours.dim(`… ${line}`)}\n`);
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
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`);
    out.write(tableOf(report, out));
    return report.held ? EXIT.done : EXIT.failed;
  } finally {
    await stage.close();
  }
}

function fileFrom(args: readonly string[]): string | null {
  try {
    return parseArgs({ args: [...args], options: { json: { type: 'string' } } }).values.json ?? USUAL_FILE;
  } catch {
    return null;
  }
}

const terminal = ownTerminal();
const file = fileFrom(process.argv.slice(2));
if (file === null) {
  terminal.err.write('usage: npm run bench [-- --json FILE]\n');
  process.exitCode = EXIT.usage;
} else process.exitCode = await bench(file, terminal);
