#!/usr/bin/env node
/** The command line: argv to command, and nothing else. The commands stand in commands.ts. */
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { GROUPS } from './commands.ts';
import { EXIT } from './exit.ts';

/** Of the package, which lies one folder above the sources and two above what is built from them. */
function version(): string {
  for (const above of ['../package.json', '../../package.json']) {
    try {
      const read: unknown = JSON.parse(readFileSync(new URL(above, import.meta.url), 'utf8'));
      if (typeof read === 'object' && read !== null && 'version' in read) return String(read.version);
    } catch {
      continue;
    }
  }
  return 'unknown';
}

/** Only the command that is asked for is loaded, so that help and small commands are quick. */
async function main(args: readonly string[]): Promise<void> {
  const program = new Command('cordon')
    .description('Runs security playbooks as Temporal workflows.')
    .version(version())
    .option(
      '--config <file>',
      'configuration (default: CORDON_CONFIG, else ./cordon.yaml where there is one)',
    )
    .configureHelp({ showGlobalOptions: true })
    .addHelpText(
      'after',
      '\nExit codes: 0 done, 1 failed or found wrong, 2 wrong usage, 3 not done yet or denied.',
    )
    .exitOverride();
  for (const [heading, entries] of GROUPS)
    for (const entry of entries) {
      const before = program.commands.length;
      if (args.includes(entry.name)) (await entry.load()).command(program);
      else program.command(entry.name).summary(entry.summary);
      for (const added of program.commands.slice(before)) added.summary(entry.summary).helpGroup(heading);
    }
  await program.parseAsync(args, { from: 'user' });
}

/** A reader that has seen enough, such as `head`, closes the pipe; that is the end, and no failure. */
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

try {
  await main(process.argv.slice(2));
} catch (error) {
  process.exitCode = error instanceof CommanderError ? usage(error) : EXIT.failed;
  if (!(error instanceof CommanderError)) console.error(`✗ ${told(error)}`);
}

/** Help and version were asked for; everything else that the parser objects to was not. */
function usage(error: CommanderError): number {
  return error.exitCode === 0 ? EXIT.done : EXIT.usage;
}

/** Neither foreseen nor a fault of the connection: the stack helps whoever mends it, and nobody else. */
function told(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return process.env['CORDON_DEBUG']
    ? (error.stack ?? error.message)
    : `${error.message} (CORDON_DEBUG=1 shows where)`;
}
