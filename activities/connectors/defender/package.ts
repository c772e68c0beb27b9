/** The investigation package: collected by the service, fetched by its link, kept as evidence. */
import { createReadStream, openSync, closeSync, writeSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CollectInvestigationPackage } from '../../catalogue/edr.ts';
import type { OutputOf } from '../../catalogue/task-type.ts';
import { EvidenceError, type StoredItem } from '../../evidence/store.ts';
import type { Answer } from '../connector.ts';
import type { Deed } from '../deed.ts';
import { answerForStatus, answerForThrown } from '../http-answer.ts';
import { carryOut } from './action.ts';
import type { At } from './at.ts';
import type { Got } from './client.ts';
import { PROVIDER } from './config.ts';
import { findMachine } from './machine.ts';

const LARGEST_PACKAGE = 2 * 1024 ** 3;
const LONGEST_FETCH_MS = 20 * 60_000;

export const collectInvestigationPackage: Deed<At, typeof CollectInvestigationPackage> = {
  contract: CollectInvestigationPackage,
  // Nothing on the machine is changed.
  reversibility: 'none',
  repeat: 'marker',
  timeoutMs: 45 * 60_000,
  scopes: ['Machine.CollectForensics', 'Machine.Read.All'],
  async perform({ device_id, comment }, at): Promise<Answer<OutputOf<typeof CollectInvestigationPackage>>> {
    const { defender, reach, call } = at;
    const machine = await findMachine(defender, device_id);
    if (machine.kind !== 'got') return machine;
    const order = {
      machine: machine.value,
      type: 'CollectInvestigationPackage',
      verb: 'collectInvestigationPackage',
      body: { Comment: comment },
    } as const;
    const finished = await carryOut(defender, order, call, reach.pollMs);
    if (finished.kind !== 'got') return finished;
    const link = await defender.get(`machineactions/${finished.value.id}/GetPackageUri`);
    if (link.kind !== 'got') return link;
    const url = link.value?.['value'];
    if (typeof url !== 'string') return noPackage();
    const kept = await keepPackage(at, url);
    if (kept.kind !== 'got') return kept;
    const { manifest, item } = kept.value;
    return {
      kind: 'done',
      output: {
        machine_id: machine.value,
        action_id: finished.value.id,
        artifact: manifest,
        items: [item],
      },
    };
  },
};

function noPackage(): Answer<never> {
  const message = `${PROVIDER} collected a package but gives no link to it`;
  return { kind: 'try_again', because: 'unavailable', fault: { code: `${PROVIDER}_package`, message } };
}

/** Written to a file as it comes, since it may be large; the file is gone again afterwards. */
async function keepPackage(
  { reach, evidence, call }: At,
  url: string,
): Promise<Got<{ readonly manifest: string; readonly item: StoredItem }>> {
  const folder = await mkdtemp(join(tmpdir(), 'cordon-package-'));
  const path = join(folder, 'package.zip');
  try {
    const file = openSync(path, 'wx', 0o600);
    try {
      const { status, headers, body } = await reach.packages.send({
        method: 'GET',
        url,
        headers: { 'accept-encoding': 'identity' },
        signal: call.signal,
        mostBytes: LARGEST_PACKAGE,
        deadlineMs: LONGEST_FETCH_MS,
        take: (chunk, answered) => {
          call.heartbeat();
          if (answered === 200) writeSync(file, chunk);
        },
      });
      if (status !== 200)
        return answerForStatus({
          provider: PROVIDER,
          status,
          retryAfter: headers.get('retry-after'),
          write: false,
        });
      if (body.kind === 'unreadable') return tooLarge();
    } finally {
      closeSync(file);
    }
    const { caseId, task } = call;
    const name = 'investigation-package.zip';
    const about = { caseId, task, name, mediaType: 'application/zip', at: new Date().toISOString() };
    const item = { name, ...(await evidence.putStream(about, createReadStream(path))) };
    const { sha256 } = await evidence.manifest(caseId, task, [item]);
    return { kind: 'got', value: { manifest: sha256, item } };
  } catch (error) {
    if (error instanceof EvidenceError)
      return {
        kind: 'try_again',
        because: 'unavailable',
        fault: { code: error.code, message: error.message },
      };
    return answerForThrown(PROVIDER, error, false);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function tooLarge(): Got<never> {
  const message = `${PROVIDER}'s package is larger than ${LARGEST_PACKAGE} bytes`;
  return { kind: 'refused', fault: { code: `${PROVIDER}_package_large`, message } };
}
