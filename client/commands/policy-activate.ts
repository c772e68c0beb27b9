/** Signs for a policy set. Two different persons make it the enforced one, and the record says so. */
import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { stringify } from 'yaml';
import {
  ENOUGH,
  readActivation,
  signersOf,
  signFor,
  type Activation,
} from '../../activities/policy/activation.ts';
import { keyId, type SignerBook } from '../../activities/policy/signers.ts';
import { actEvent } from '../../activities/stores/audit.ts';
import { openOwnStore } from '../../worker/store.ts';
import type { Config } from '../../worker/config.ts';
import { ending, examples, withConfig } from '../command.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { passGate } from '../policy/gate.ts';
import { lookAt } from '../policy/set.ts';
import { complain, type Terminal } from '../terminal.ts';
import { renderGate } from './policy-test.ts';

interface Options {
  readonly key: string;
}

export function command(policy: Command): void {
  const activate = policy
    .command('activate')
    .description(
      'Signs for the set in `policies`, once it has passed `policy test`. The second, different person makes it the enforced one. Exit code 3 while one is missing.',
    )
    .requiredOption('--key <file>', 'your Ed25519 private key (PEM)')
    .action(
      ending(async (terminal, options: Options, self: Command) =>
        withConfig(terminal, self, (config) => run(terminal, config, options)),
      ),
    );
  examples(activate, 'policy activate --key ~/.config/cordon/dana.pem');
}

async function run(terminal: Terminal, config: Config, options: Options): Promise<ExitCode> {
  const paths = config.policy.activated;
  if (paths === null)
    return complain(terminal, [
      'activation by signature is not configured: set policy.activation, and policy.signers or a roster',
    ]);
  const signers = await paths.signers();
  if (signers.kind === 'problems') return complain(terminal, signers.problems);
  const key = await readKey(options.key);
  if (key === null) return complain(terminal, [`${options.key} is no Ed25519 private key in PEM`]);
  const signer = signers.book.byKey(keyId(createPublicKey(key)));
  if (signer === null)
    return complain(terminal, [`${options.key} belongs to nobody who may sign; have its public key listed`]);
  const standing = await readActivation(paths.activation);
  if (standing !== null && 'kind' in standing) return complain(terminal, standing.problems);
  const looked = await lookAt(config);
  if (looked.kind === 'problems') return complain(terminal, looked.problems);
  const report = await passGate(looked.set);
  if (!report.passed) {
    terminal.err.write(renderGate(report, terminal.err));
    return complain(terminal, ['the set does not pass its own tests; nothing was signed'], EXIT.failed);
  }
  const activation = signed(standing, looked.set.policy.set.digest, key, Date.now());
  await replace(paths.activation, activation);
  return tell(terminal, config, activation, signers.book, signer.person.id);
}

/** Joins the signatures for the same set; a signature for another set begins anew. */
function signed(standing: Activation | null, digest: string, key: KeyObject, at: number): Activation {
  const same = standing !== null && standing.digest === digest;
  const previous = same ? standing.previous : (standing?.digest ?? null);
  const mine = signFor({ digest, previous }, key, createPublicKey(key), at);
  const others = same ? standing.signatures.filter((one) => one.key !== mine.key) : [];
  return { digest, previous, signatures: [...others, mine] };
}

async function tell(
  terminal: Terminal,
  config: Config,
  activation: Activation,
  book: SignerBook,
  signer: string,
): Promise<ExitCode> {
  const persons = signersOf(activation, book);
  const short = activation.digest.slice(0, 12);
  if (persons.length < ENOUGH) {
    terminal.out.write(
      `signed by ${signer}: ${short}…\nA second, different person must sign before it is enforced.\n`,
    );
    return EXIT.notDone;
  }
  await record(config, activation, persons);
  terminal.out.write(
    `${terminal.out.colours.green('✓')} ${short}… is enforced, signed by ${persons.join(' and ')}\n`,
  );
  return EXIT.done;
}

/** Under the time of the last signature, so that a repeat is the same event. */
async function record(
  config: Config,
  { digest, previous, signatures }: Activation,
  persons: readonly string[],
): Promise<void> {
  const ledger = await openOwnStore(config);
  const at = Math.max(...signatures.map((one) => one.at));
  const details = { policy_set: digest, previous, person: [...persons] };
  try {
    await ledger.append([actEvent({ event: 'policy_activated', about: digest, at, details })]);
  } finally {
    await ledger.close();
  }
}

async function readKey(path: string): Promise<KeyObject | null> {
  try {
    const key = createPrivateKey(await readFile(path));
    return key.asymmetricKeyType === 'ed25519' ? key : null;
  } catch {
    return null;
  }
}

/** Whole or not at all: a worker may read it at any moment. */
async function replace(path: string, activation: Activation): Promise<void> {
  await writeFile(`${path}.next`, stringify(activation), { mode: 0o644 });
  await rename(`${path}.next`, path);
}
