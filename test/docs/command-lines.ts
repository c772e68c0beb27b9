/** Tries command lines: the parser's part in this process, the whole of those that need no server in their own. */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { GROUPS } from '../../client/commands.ts';
import { blocksOf, root, wordsOf } from './reading.ts';

const COMMANDS = new Map(
  GROUPS.flatMap(([, entries]) => entries.map((entry) => [entry.name, entry] as const)),
);
const CORDON = /^npm run -s cordon -- /;

export interface CordonLine {
  readonly line: string;
  /** Words after `cordon`. */
  readonly args: readonly string[];
  readonly command: string;
}

/** Null for a line that does not call cordon. `npm run demo` is `cordon demo`. */
export function cordonLine(line: string): CordonLine | null {
  const demo = /^npm run demo(?: -- (.*))?$/.exec(line);
  const text = demo ? `demo ${demo[1] ?? ''}` : CORDON.test(line) ? line.replace(CORDON, '') : null;
  if (text === null) return null;
  const args = wordsOf(text);
  const command = args.find((word) => COMMANDS.has(word)) ?? '';
  return { line, args, command };
}

export function isCommand(name: string): boolean {
  return COMMANDS.has(name) || name === 'help';
}

/** What the parser objects to, or null. The command's own work is taken out before. */
export async function objectionTo({ args, command }: CordonLine): Promise<string | null> {
  const entry = COMMANDS.get(command);
  if (entry === undefined) return `no command of ours is named in "${args.join(' ')}"`;
  const program = new Command('cordon')
    .option('--config <file>')
    .exitOverride()
    .configureOutput({ writeErr: () => {}, writeOut: () => {} });
  (await entry.load()).command(program);
  let reached = false;
  for (const leaf of leavesOf(program)) leaf.action(() => void (reached = true));
  try {
    await program.parseAsync([...args], { from: 'user' });
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return reached ? null : 'it leads to no action';
}

function leavesOf(command: Command): readonly Command[] {
  return command.commands.length === 0 ? [command] : command.commands.flatMap(leavesOf);
}

/** A folder like a checkout in which a reader has saved the README's own playbook and rehearsal. */
export function openCheckout(): string {
  const folder = mkdtempSync(join(tmpdir(), 'cordon-docs-'));
  for (const name of ['playbooks', 'policies', 'test']) symlinkSync(join(root, name), join(folder, name));
  const [playbook, rehearsal] = blocksOf('README.md', 'yaml');
  mkdirSync(join(folder, 'my-playbooks/rehearsals'), { recursive: true });
  writeFileSync(join(folder, 'my-playbooks/filter_sweep_v1.yaml'), playbook?.text ?? '');
  writeFileSync(join(folder, 'my-playbooks/rehearsals/filter_sweep.yaml'), rehearsal?.text ?? '');
  return folder;
}

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs the line in a shell, in `folder`, with Cordon's own program in place of `npm run`. */
export function run(line: string, folder: string): Promise<Ran> {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(CORDON|TEMPORAL|npm)_/.test(name));
  const env = { ...Object.fromEntries(inherited), NO_COLOR: '1', NODE: process.execPath, ROOT: root };
  const script = line.replace(CORDON, '"$NODE" "$ROOT/client/main.ts" ');
  return new Promise((resolve) => {
    execFile('/bin/sh', ['-c', script], { cwd: folder, env }, (error, out, err) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? 1 : 0, out, err });
    });
  });
}
