import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { keyId } from '../../activities/approvals/roster-index.ts';
import { signStatement } from '../../client/keys/sign.ts';
import { signals, type VoteInput } from '../../workflows/messages.ts';
import { eventually } from './eventually.ts';
import { ALICE } from './scene.ts';
import { setStage } from './stage.ts';

const stage = setStage();
const TASK = 'rotate_password';

/** Signals in all; every so many of them one that only its signature gives away, and a few as large as may be. */
const JUNK = 10_000;
const PLAUSIBLE_EVERY = 50;
const HUGE = 8;
const AT_ONCE = 100;

describe('a flood of signals', () => {
  test('A12: ten thousand junk signals, some of two megabytes, neither approve nor lose the genuine votes', async () => {
    const people = [
      { id: 'riley', name: 'Riley', groups: [] },
      { id: 'sam', name: 'Sam', groups: [] },
      { id: 'lee', name: 'Lee', groups: [] },
    ];
    const scene = await stage.open({ mode: 'production', people });
    scene.google.seedAttacker(ALICE);
    const run = await scene.start({ playbook: 'rotation_v1', options: { requested_by: 'riley' } });
    const { card } = await run.waitsFor(TASK, 'approval');
    const { digest } = card;
    const keyOf = (person: string) => {
      const key = scene.residents?.keys.get(person);
      if (key === undefined) throw new Error(`${person} has no key`);
      return key;
    };
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const der = publicKey.export({ type: 'spki', format: 'der' });
    const forger = { id: keyId(der), privateKey, publicKey: '' };
    const vote = (by: string, reason: string, signer = keyOf(by)): VoteInput => ({
      task: TASK,
      digest,
      by,
      reason,
      proof: signStatement(signer, { decision: 'approve', subject: digest, by, reason }),
    });
    const junk = (n: number): unknown => {
      if (n % PLAUSIBLE_EVERY === 0) return vote('sam', `forged for the ${n}th time`, forger);
      if (n % Math.floor(JUNK / HUGE) === 1) return { approve: 'x'.repeat(1_900_000) };
      return n % 2 === 0
        ? { decision: 'approve', n }
        : { ...vote('sam', 'seen', forger), digest: 'f'.repeat(64) };
    };
    const refused: unknown[] = [];
    let sent = 0;
    const send = async (): Promise<void> => {
      for (let n = (sent += 1); n <= JUNK; n = sent += 1) {
        await run.handle.signal('approve', junk(n)).catch((error: unknown) => refused.push(error));
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, send));
    for (const person of ['sam', 'lee'])
      await eventually(`the genuine vote of ${person} is taken by the server`, async () =>
        run.handle.signal(signals.approve, vote(person, 'called the owner back')).then(
          () => true,
          () => null,
        ),
      );
    const report = await run.result();
    expect(report).toMatchObject({ status: 'completed' });
    expect(report.tasks[TASK]?.approvers).toEqual(['sam', 'lee']);
    const counted = run.record().filter(({ event }) => event === 'vote_counted' || event === 'task_approved');
    expect(counted.map(({ details }) => details)).toMatchObject(
      ['sam', 'lee'].map((by) => ({ by, assurance: 'V3', reason: 'called the owner back' })),
    );
    expect(scene.google.effects().filter(({ what }) => what.startsWith('password set'))).toHaveLength(1);
    const { raw } = await run.handle.describe();
    expect(Number(raw.workflowExecutionInfo?.historyLength)).toBeLessThan(51_200);
  });
});
