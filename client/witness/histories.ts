/** The commands that bring the record together with Temporal's own history. */
import { existsSync } from 'node:fs';
import { openLogFile } from '../../activities/stores/sqlite/reader.ts';
import { openStores } from '../../activities/stores/index.ts';
import { StoreError } from '../../activities/stores/ledger.ts';
import type { Config } from '../../worker/config.ts';
import { createSealer } from '../../worker/reconcile/sealer.ts';
import { tell, verifyAgainstTemporal, type Finding, type Witness } from '../../worker/reconcile/verify.ts';
import { withTemporal, type Temporal } from '../connection.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { witnessText } from '../render/witness.ts';
import { complain, printJson, type Terminal } from '../terminal.ts';

/** Progress is told this often, in workflows. */
const TELL_EVERY = 100;

/** `cordon audit verify --temporal`: reads the file and Temporal, changes neither. */
export function checkHistories(
  terminal: Terminal,
  file: string,
  taskQueue: string,
  json: boolean,
): Promise<ExitCode> {
  return overStore(terminal, file, async ({ client }) => {
    const log = openLogFile(file);
    try {
      const witness: Witness = await verifyAgainstTemporal({
        client,
        taskQueue,
        log,
        onProgress: ({ done, of }) => {
          if (done % TELL_EVERY === 0) terminal.err.write(`compared ${done} of ${of} workflows\n`);
        },
      });
      if (json) printJson(terminal, { temporal: witness });
      else terminal.out.write(witnessText(terminal.out, witness));
      return witness.agrees ? EXIT.done : EXIT.failed;
    } finally {
      log.close();
    }
  });
}

/** `cordon audit seal`: what the worker does by itself, at once and until nothing closed is left unsealed. */
export function sealHistories(terminal: Terminal, { state, taskQueue }: Config): Promise<ExitCode> {
  return overStore(terminal, state, async ({ client }) => {
    const ledger = await openStores(state);
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

/** A store that is not there, or not to be trusted, is told in words; none is made for want of one. */
async function overStore(
  terminal: Terminal,
  file: string,
  work: (temporal: Temporal) => Promise<ExitCode>,
): Promise<ExitCode> {
  if (!existsSync(file))
    return complain(terminal, [`there is no file ${file}; name the database of the worker`], EXIT.failed);
  try {
    return await withTemporal(terminal, work);
  } catch (error) {
    if (error instanceof StoreError) return complain(terminal, [error.message], EXIT.failed);
    throw error;
  }
}
