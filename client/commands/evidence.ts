/** Evidence: what is kept of a case, and whether it is still what it was. */
import { closeSync, createReadStream, openSync, writeSync } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import type { Command } from 'commander';
import { EvidenceError, type EvidenceArchive } from '../../activities/evidence/store.ts';
import { readLine, verifyEvidence } from '../../activities/evidence/verify.ts';
import type { Config } from '../../worker/config.ts';
import { openConfiguredSecrets, openEvidence, outboundOf } from '../../worker/keeping.ts';
import { ending, examples, withConfig } from '../command.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { table } from '../render/table.ts';
import { oneLine } from '../render/text.ts';
import { complain, printJson, type Terminal } from '../terminal.ts';

interface Options {
  readonly case?: string;
  readonly out?: string;
  readonly task?: string;
  readonly json?: boolean;
}

export function command(program: Command): void {
  const evidence = program
    .command('evidence')
    .description('What is kept of a case, and whether it still holds.');
  const list = evidence
    .command('list')
    .description('What custody tells of, oldest first.')
    .option('--case <id>', 'only this case')
    .option('--json', 'print the lines as JSON')
    .action(looking((terminal, archive, options) => show(terminal, archive, options)));
  examples(list, 'evidence list --case CASE-7', 'evidence list --json');
  const verify = evidence
    .command('verify')
    .description(
      'Checks the custody of a case, or of all, line by line, and every item it names byte by byte. Exit code 1 when something does not hold.',
    )
    .option('--case <id>', 'only this case')
    .option('--json', 'print the verdict as JSON')
    .action(looking((terminal, archive, options) => check(terminal, archive, options)));
  examples(verify, 'evidence verify', 'evidence verify --case CASE-7 --json');
  const get = evidence
    .command('get')
    .description('Writes one item to a file, or to standard output. Its bytes are checked on the way.')
    .argument('<sha256>', 'the item’s hash')
    .option('--out <file>', 'write here; a file that exists is not overwritten')
    .action(lookingAt((terminal, archive, sha256, options) => fetchItem(terminal, archive, sha256, options)));
  examples(get, 'evidence get 5f70bf18a086… --out filters.json');
  const add = evidence
    .command('add')
    .description('Keeps a file as evidence of a case.')
    .argument('<file>', 'the file; it is read once and stays where it is')
    .requiredOption('--case <id>', 'the case it belongs to')
    .option('--task <name>', 'how it was collected', 'by hand')
    .option('--json', 'print the hash as JSON')
    .action(lookingAt((terminal, archive, file, options) => keep(terminal, archive, file, options)));
  examples(add, 'evidence add memory.img --case CASE-7');
}

type Look = (terminal: Terminal, archive: EvidenceArchive, options: Options) => Promise<ExitCode>;

function looking(look: Look) {
  return ending(async (terminal, options: Options, self: Command) =>
    withConfig(terminal, self, (config) =>
      withArchive(terminal, config, (archive) => look(terminal, archive, options)),
    ),
  );
}

function lookingAt(
  look: (terminal: Terminal, archive: EvidenceArchive, what: string, options: Options) => Promise<ExitCode>,
) {
  return ending(async (terminal, what: string, options: Options, self: Command) =>
    withConfig(terminal, self, (config) =>
      withArchive(terminal, config, (archive) => look(terminal, archive, what, options)),
    ),
  );
}

async function withArchive(
  terminal: Terminal,
  config: Config,
  work: (archive: EvidenceArchive) => Promise<ExitCode>,
): Promise<ExitCode> {
  const outbound = outboundOf(config);
  if (outbound.kind === 'problems') return complain(terminal, outbound.problems);
  const opened = openConfiguredSecrets(config, outbound.egress);
  if (opened.kind === 'problems') return complain(terminal, opened.problems);
  try {
    return await work(await openEvidence(config, opened.secrets, outbound.egress));
  } catch (error) {
    if (error instanceof EvidenceError) return complain(terminal, [error.message], EXIT.failed);
    throw error;
  }
}

async function show(terminal: Terminal, archive: EvidenceArchive, options: Options): Promise<ExitCode> {
  const logs = await archive.custody(options.case ?? null);
  const lines = logs.flatMap((log) => log.lines.flatMap((bytes) => readLine(bytes) ?? []));
  if (options.json === true) printJson(terminal, { items: lines });
  else if (lines.length === 0) terminal.err.write('no evidence\n');
  else {
    const columns = [
      { title: 'STORED', most: 16 },
      { title: 'CASE', most: 20 },
      { title: 'TASK', most: 20 },
      { title: 'BYTES', most: 12 },
      { title: 'NAME', most: 24 },
      { title: 'SHA-256', rest: true },
    ] as const;
    const rows = lines.map((line) => [
      line.at.slice(0, 16).replace('T', ' '),
      oneLine(line.case),
      oneLine(line.task),
      String(line.bytes),
      oneLine(line.name),
      line.sha256,
    ]);
    terminal.out.write(table(columns, rows, terminal.out));
  }
  return EXIT.done;
}

async function check(terminal: Terminal, archive: EvidenceArchive, options: Options): Promise<ExitCode> {
  const verdict = await verifyEvidence(archive, options.case ?? null);
  const { verified, logs, lines, items, troubles } = verdict;
  if (options.json === true) printJson(terminal, verdict);
  else if (verified)
    terminal.out.write(
      `${terminal.out.colours.green('✓')} ${items} items and ${lines} lines of custody in ${logs} cases hold\n`,
    );
  else
    complain(
      terminal,
      troubles.map(({ log, line, what }) => `${log}${line === null ? '' : `, line ${line}`}: ${what}`),
      EXIT.failed,
    );
  return verified ? EXIT.done : EXIT.failed;
}

async function fetchItem(
  terminal: Terminal,
  archive: EvidenceArchive,
  sha256: string,
  { out }: Options,
): Promise<ExitCode> {
  if (!/^[0-9a-f]{64}$/.test(sha256))
    return complain(terminal, ['a hash is 64 hexadecimal digits in lower case; `evidence list` shows them']);
  if (out === undefined)
    return found(terminal, sha256, await archive.stream(sha256, (chunk) => void process.stdout.write(chunk)));
  const path = resolve(out);
  let file: number;
  try {
    file = openSync(path, 'wx', 0o600);
  } catch (error) {
    const { code } = Object(error) as { readonly code?: unknown };
    return complain(terminal, [`${path} cannot be written (${String(code)}); name another file`]);
  }
  let whole = false;
  try {
    whole = await archive.stream(sha256, (chunk) => void writeSync(file, chunk));
  } finally {
    closeSync(file);
    // What does not match its hash is not left behind under a name that says it is evidence.
    if (!whole) await rm(path, { force: true });
  }
  return found(terminal, sha256, whole);
}

function found(terminal: Terminal, sha256: string, there: boolean): ExitCode {
  return there ? EXIT.done : complain(terminal, [`nothing is stored under ${sha256}`], EXIT.failed);
}

async function keep(
  terminal: Terminal,
  archive: EvidenceArchive,
  file: string,
  options: Options,
): Promise<ExitCode> {
  const path = resolve(file);
  const isFile = await stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
  if (!isFile) return complain(terminal, [`${path} is no file that can be read`]);
  const about = {
    caseId: options.case ?? '',
    task: options.task ?? 'by hand',
    name: basename(path),
    mediaType: 'application/octet-stream',
    at: new Date().toISOString(),
  };
  const stored = await archive.putStream(about, createReadStream(path));
  if (options.json === true) printJson(terminal, stored);
  else terminal.out.write(`${stored.sha256}  ${about.name}\n`);
  return EXIT.done;
}
