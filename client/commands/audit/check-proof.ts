/** `cordon audit check-proof`: does this entry stand in that log? Needs two small files and the keys to trust. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import type { Command } from 'commander';
import { nodeCodec } from '../../../activities/stores/codec.ts';
import { MAX_ENTRY_BYTES } from '../../../workflows/audit/entry.ts';
import { checkProof, MAX_FILE, type ProofVerdict } from '../../../workflows/audit/proof-file.ts';
import { readEntry } from '../../../workflows/audit/reading.ts';
import { trustFrom } from '../../audit/trust.ts';
import { ending, examples } from '../../command.ts';
import { EXIT, type ExitCode } from '../../exit.ts';
import { field } from '../../render/fields.ts';
import { exactJson, oneLine } from '../../render/text.ts';
import { complain, printJson, type Terminal } from '../../terminal.ts';

interface Options {
  readonly policy: string;
  readonly entry?: string;
  readonly json?: boolean;
}

export function subcommand(audit: Command): void {
  const command = audit
    .command('check-proof')
    .description(
      'Checks a proof that `audit prove` made, against keys you trust. Needs no log, no server and no network. Exit code 1 when it does not prove the entry.',
    )
    .argument('<file>', 'the proof')
    .requiredOption('--policy <file>', 'keys to trust')
    .option('--entry <file>', 'the entry (default: the .json beside the proof)')
    .option('--json', 'print the answer as JSON')
    .action(ending(async (terminal, file: string, options: Options) => check(terminal, file, options)));
  examples(command, 'audit check-proof entry-154.tlog-proof --policy auditor.policy');
}

async function check(terminal: Terminal, file: string, options: Options): Promise<ExitCode> {
  const trust = trustFrom(options.policy);
  if (trust.kind === 'problem') return complain(terminal, [trust.problem]);
  const proof = bytesOf(file, MAX_FILE);
  const beside = file.replace(/\.tlog-proof$/, '') + '.json';
  const entryFile = options.entry ?? (existsSync(beside) ? beside : null);
  const entry = entryFile === null ? null : bytesOf(entryFile, MAX_ENTRY_BYTES);
  if (typeof proof === 'string') return complain(terminal, [proof]);
  if (typeof entry === 'string') return complain(terminal, [entry]);
  const text = textOf(proof);
  const verdict: ProofVerdict =
    text === null
      ? { kind: 'refused', code: 'malformed', reason: 'the proof is not text in UTF-8' }
      : checkProof(text, trust.trust, nodeCodec, entry);
  if (options.json === true) printJson(terminal, jsonOf(file, verdict));
  else terminal.out.write(textFor(terminal, file, verdict));
  return verdict.kind === 'proved' ? EXIT.done : EXIT.failed;
}

function bytesOf(path: string, most: number): Uint8Array | string {
  try {
    if (statSync(path).size > most) return `file_too_big: ${path} is larger than ${most} bytes`;
    return readFileSync(path);
  } catch (error) {
    const code =
      typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'unknown';
    return `file_unreadable: ${path} cannot be read (${code}); check the path`;
  }
}

function textOf(bytes: Uint8Array): string | null {
  try {
    return nodeCodec.decode(bytes);
  } catch {
    return null;
  }
}

function textFor({ out }: Terminal, file: string, verdict: ProofVerdict): string {
  if (verdict.kind === 'refused')
    return [
      `${out.colours.red('✗')} not proved: ${oneLine(file)}\n`,
      field('why', `${verdict.code}: ${oneLine(verdict.reason)}`, out),
    ].join('');
  const { index, checkpoint, witnesses, entry } = verdict;
  const seen = witnesses.map(
    ({ name, time }) => `${oneLine(name)} at ${new Date(time * 1000).toISOString()}`,
  );
  const reading = readEntry(entry, nodeCodec);
  return [
    `${out.colours.green('✓')} proved: entry ${index} of ${oneLine(checkpoint.origin)}, in a tree of ${checkpoint.size}\n`,
    field('seen by', seen.join(', '), out),
    ...(reading.kind === 'malformed'
      ? [field('entry', `it stands there, and is no entry of this system: ${reading.reason}`, out)]
      : [
          field('event', oneLine(reading.entry.body.event), out),
          field('task', reading.entry.body.task === null ? null : oneLine(reading.entry.body.task), out),
          field('case', oneLine(reading.entry.body.case), out),
          field('playbook', oneLine(reading.entry.body.playbook), out),
          field('recorded', reading.entry.at, out),
          field('details', exactJson(reading.entry.body.details), out, { whole: true }),
        ]),
  ].join('');
}

function jsonOf(file: string, verdict: ProofVerdict): object {
  if (verdict.kind === 'refused') return { file, proved: false, code: verdict.code, reason: verdict.reason };
  const { index, checkpoint, witnesses } = verdict;
  const { origin, size, root } = checkpoint;
  return { file, proved: true, index, origin, size, root, witnesses };
}
