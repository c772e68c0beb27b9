/** Runs the approval gateway, or makes the key that it signs with. */
import type { Command } from 'commander';
import { ending, examples, withConfig } from '../command.ts';
import { EXIT } from '../exit.ts';
import { newKey } from '../gateway/key.ts';
import { serveGateway } from '../gateway/serve.ts';
import { complain } from '../terminal.ts';

export function command(program: Command): void {
  const gateway = program
    .command('gateway')
    .description(
      'Serves a web page where people sign in at your identity provider, read open cards, and approve or refuse them. SIGINT or SIGTERM stop it. It needs gateway.serve in the configuration.',
    )
    .option('--new-key <file>', 'make a signing key, write it to this new file and print its public half')
    .action(
      ending(async (terminal, { newKey: file }: { readonly newKey?: string }, self: Command) => {
        if (file !== undefined) {
          const made = await newKey(file);
          if (made.kind === 'problem') return complain(terminal, [made.problem]);
          terminal.err.write(
            `${file} holds the private half. Workers believe it once this line is in gateway.trusted_keys:\n`,
          );
          terminal.out.write(`${made.publicKey}\n`);
          return EXIT.done;
        }
        return withConfig(terminal, self, (config) => serveGateway(terminal, config));
      }),
    );
  examples(gateway, '--config /etc/cordon/gateway.yaml gateway', 'gateway --new-key gateway-key.pem');
}
