/** What every command shares: how it reports its end, finds the configuration, and shows examples. */
import type { Command } from 'commander';
import { loadConfig, type Config } from '../worker/config.ts';
import { EXIT, type ExitCode } from './exit.ts';
import { complain, ownTerminal, type Terminal } from './terminal.ts';

/** An action whose result becomes the exit code of the process, once everything it left running has ended. */
export function ending<Args extends readonly unknown[]>(
  action: (terminal: Terminal, ...args: Args) => Promise<ExitCode>,
): (...args: Args) => Promise<void> {
  return async (...args) => {
    process.exitCode = await action(ownTerminal(), ...args);
  };
}

/** Configuration faults are told all at once, with exit code 2; `work` then never starts. */
export async function withConfig(
  terminal: Terminal,
  command: Command,
  work: (config: Config) => Promise<ExitCode>,
): Promise<ExitCode> {
  const { config: file } = command.optsWithGlobals<{ readonly config?: string }>();
  const loaded = loadConfig({ file, env: process.env });
  if (loaded.kind === 'problems') return complain(terminal, loaded.problems, EXIT.usage);
  return work(loaded.config);
}

/** Shown under a command's help. */
export function examples(command: Command, ...lines: readonly string[]): Command {
  return command.addHelpText('after', `\nExamples:\n${lines.map((line) => `  $ cordon ${line}\n`).join('')}`);
}
