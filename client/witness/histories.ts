/** The commands that bring the record together with Temporal's own history. */
import { openLogFile } from '../../activities/stores/sqlite/reader.ts';
import { openStores } from '../../activities/stores/index.ts';
import { StoreError } from '../../activities/stores/ledger.ts';
import { openForReading } from '../../activities/stores/reading.ts';
import { isPostgresUrl } from '../../activities/stores/source.ts';
import type { Config } from '../../worker/config.ts';
import { createSealer } from '../../worker/reconcile/sealer.ts';
import {
  tell,
  verifyAgainstTemporal,
  type Finding,
  type WholeLog,
  type Witness,
} from '../../worker/reconcile/verify.ts';
import { openOwnStore, ownPassword } from '../../worker/store.ts';
import { sourceNamed } from '../audit/open-source.ts';
import { withTemporal, type Temporal } from '../connection.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { witnessText } from '../render/witness.ts';
import { complain, type Terminal } from '../terminal.ts';

/** Progress is told this often, in workflows. */
const TELL_EVERY = 100;

/** `cordon audit verify --temporal`: reads the record and Temporal, changes neither. */
export function checkHistories(
  terminal: Terminal,
  named: string | Config,
  taskQueue: string,
  tell: ((verdict: object) => void) | null,
): Promise<ExitCode> {
  return overTemporal(terminal, async ({ client }) => {
    const log = await openForHistories(named);
    try {
      const witness: Witness = await verifyAgainstTemporal({
        client,
        taskQueue,
        log,
        onProgress: ({ done, of }) => {
          if (done % TELL_EVERY === 0) terminal.err.write(`compared ${done} of ${of} workflows\n`);
        },
      });
      if (tell === null) terminal.out.write(witnessText(terminal.out, witness));
      else tell({ temporal: witness });
      return witness.agrees ? EXIT.done : EXIT.failed;
    } finally {
      await log.close();
    }
  });
}

async function openForHistories(
  named: string | Config,
): Promise<WholeLog & { close(): void | Promise<void> }> {
  const { name, password } =
    typeof named === 'string'
      ? sourceNamed(named)
      : { name: named.state, password: await ownPassword(named) };
  if (!isPostgresUrl(name)) return openLogFile(name);
  await refuseAbsent(name, password);
  return openStores(name, { password });
}

/** Nothing is made for want of it. Throws a `StoreError`. */
async function refuseAbsent(name: string, password: string | undefined): Promise<void> {
  const reading = await openForReading(name, { password });
  await reading.close();
}

/** `cordon audit seal`: what the worker does by itself, at once and until nothing closed is left unsealed. */
export function sealHistories(terminal: Terminal, config: Config): Promise<ExitCode> {
  const { state, taskQueue } = config;
  return overTemporal(terminal, async ({ client }) => {
    await refuseAbsent(state, await ownPassword(config));
    const ledger = await openOwnStore(config);
    try {
      const sealer = createSealer({ client, taskQueue, ledger });
      const findings: Finding[] = [];
      let sealed = 0;
      for (;;) {
        const round = await sealer.round();
        sealed += round.sealed;
        findings.push(...round.findings);
        for (const { workflowId, why } of round.failed)
          terminal.err.write(`the history of ${workflowId} could not be compared: ${why}\n`);
        if (!round.done && round.failed.length === 0) continue;
        terminal.out.write(`sealed ${sealed} histories\n`);
        for (const finding of findings)
          terminal.out.write(`${terminal.out.colours.red('✗')} ${tell(finding)}\n`);
        return findings.length === 0 && round.failed.length === 0 ? EXIT.done : EXIT.failed;
      }
    } finally {
      await ledger.close();
    }
  });
}

/** A store that is not there, or not to be trusted, is told in words. */
async function overTemporal(
  terminal: Terminal,
  work: (temporal: Temporal) => Promise<ExitCode>,
): Promise<ExitCode> {
  try {
    return await withTemporal(terminal, work);
  } catch (error) {
    if (error instanceof StoreError) return complain(terminal, [error.message], EXIT.failed);
    throw error;
  }
}
