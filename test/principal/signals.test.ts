import { execFile } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { findBinary } from '../../client/server/find.ts';
import { eventually } from '../server/eventually.ts';
import { openIssuer } from './issuer.ts';
import { APPROVE, NAMESPACE, setAttestingStage, VOTE, type HandRun } from './stage.ts';

const stage = setAttestingStage();

async function sentAndHeard(run: HandRun): Promise<void> {
  await run.step();
}

describe('a signal under a person’s token', () => {
  test('counts as that person, at level V1', async () => {
    const run = await stage.run();
    await stage.client('carol').workflow.getHandle(run.handle.workflowId).signal('approve', VOTE);
    await sentAndHeard(run);
    expect(await run.attest()).toMatchObject({
      kind: 'person',
      person: 'carol',
      assurance: 'V1',
      evidence: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  test('A02: the identity a client gives itself is ignored, from the web interface’s call as from the command line', async () => {
    const run = await stage.run();
    const id = run.handle.workflowId;
    await stage.client('stranger', 'carol@corp.example').workflow.getHandle(id).signal('approve', VOTE);
    await sentAndHeard(run);
    expect(await run.attest()).toMatchObject({ kind: 'refused', code: 'principal_unknown' });

    const found = await findBinary();
    if (found.kind === 'none') throw new Error('no temporal command line');
    const send = (who: 'stranger' | 'carol', identity: string): Promise<unknown> =>
      promisify(execFile)(
        found.path,
        [
          `workflow signal --address ${stage.server().address} --namespace ${NAMESPACE} --workflow-id ${id}`,
          `--name approve --identity ${identity}`,
        ]
          .join(' ')
          .split(' ')
          .concat('--input', JSON.stringify(VOTE), '--grpc-meta', `authorization=Bearer ${stage.token(who)}`),
      );
    await send('stranger', 'carol@corp.example');
    expect(await run.attest()).toMatchObject({ kind: 'refused', code: 'principal_unknown' });
    await send('carol', 'ciso@x');
    expect(await run.attest()).toMatchObject({ kind: 'person', person: 'carol', assurance: 'V1' });
  });

  test('A03: a worker, a service, somebody the roster does not know, and a batch are not counted', async () => {
    const expected = [
      ['worker', 'principal_worker'],
      ['robot', 'principal_barred'],
      ['stranger', 'principal_unknown'],
      ['bob', 'principal_other'],
    ] as const;
    for (const [who, code] of expected) {
      const run = await stage.run();
      await stage.client(who).workflow.getHandle(run.handle.workflowId).signal('approve', VOTE);
      await sentAndHeard(run);
      expect(await run.attest()).toMatchObject({ kind: 'refused', code });
    }
  });

  test('A03: a batch is sent by the server itself, whoever asked for it', async () => {
    const run = await stage.run();
    await run.step();
    const { workflowService } = stage.client('carol');
    const visibilityQuery = `WorkflowId = '${run.handle.workflowId}'`;
    await eventually('the run can be found', async () => {
      const { executions } = await workflowService.listWorkflowExecutions({
        namespace: NAMESPACE,
        query: visibilityQuery,
      });
      return executions?.length === 1 ? true : null;
    });
    const { payloads } = {
      payloads: [
        { metadata: { encoding: Buffer.from('json/plain') }, data: Buffer.from(JSON.stringify(VOTE)) },
      ],
    };
    await workflowService.startBatchOperation({
      namespace: NAMESPACE,
      jobId: `batch-${run.handle.workflowId}`,
      reason: 'many at once',
      visibilityQuery,
      signalOperation: { signal: 'approve', input: { payloads }, identity: 'carol' },
    });
    const outcome = await eventually('the batch is there', async () => {
      const attested = await run.attest();
      return attested.kind === 'refused' && attested.code !== 'principal_no_signal' ? attested : null;
    });
    expect(outcome).toMatchObject({ code: 'principal_internal' });
  });

  test('A03: a token of another issuer is refused by the server, and leaves no vote', async () => {
    const run = await stage.run();
    await run.step();
    const other = await openIssuer('elsewhere');
    const connection = await stage.server().connect(null);
    try {
      const token = await other.token('sub-of-carol', `${NAMESPACE}:write`);
      const signal = connection.withMetadata({ authorization: `Bearer ${token}` }, () =>
        connection.workflowService.signalWorkflowExecution({
          namespace: NAMESPACE,
          workflowExecution: { workflowId: run.handle.workflowId },
          signalName: 'approve',
        }),
      );
      await expect(signal).rejects.toThrow(/unauthorized/i);
    } finally {
      await connection.close();
      await other.stop();
    }
    expect(await run.attest()).toMatchObject({ kind: 'refused', code: 'principal_no_signal' });
  });
});

describe('signals on other ways', () => {
  test('one that comes while a workflow task is under way keeps its sender', async () => {
    const run = await stage.run();
    await run.step(async () => {
      await stage.client('carol').workflow.getHandle(run.handle.workflowId).signal('approve', VOTE);
      await wait(100);
    });
    await run.step();
    expect(await run.attest()).toMatchObject({ kind: 'person', person: 'carol' });
  });

  test('signal-with-start to a run that is there counts as its sender; A17: to one that begins with it, it came too early', async () => {
    const run = await stage.run();
    await run.step();
    const { workflowId } = run.handle;
    const how = { workflowId, taskQueue: run.taskQueue, signal: 'approve', signalArgs: [VOTE] };
    await stage.client('carol').workflow.signalWithStart('by_hand', how);
    expect(await run.attest()).toMatchObject({ kind: 'person', person: 'carol' });

    await run.handle.terminate();
    await stage.client('carol').workflow.signalWithStart('by_hand', how);
    const later = Date.now() + 1;
    expect(await run.attest(APPROVE, later)).toMatchObject({ kind: 'refused', code: 'principal_no_signal' });
  });

  test('A08: what a reset carries over is void, and stands under the name of whoever reset the run', async () => {
    const run = await stage.run();
    const { workflowId } = run.handle;
    await run.step();
    await stage.client('carol').workflow.getHandle(workflowId).signal('approve', VOTE);
    expect(await run.attest()).toMatchObject({ kind: 'person', person: 'carol' });
    await run.step();

    const { workflowService } = stage.client('bob');
    await workflowService.resetWorkflowExecution({
      namespace: NAMESPACE,
      workflowExecution: { workflowId },
      workflowTaskFinishEventId: 4 as never,
      requestId: 'again',
      reason: 'try again',
    });
    const carried = await stage.client('bob').workflow.getHandle(workflowId).fetchHistory();
    const signals = (carried.events ?? []).filter((event) => event.workflowExecutionSignaledEventAttributes);
    expect(signals.map((event) => event.principal?.name)).toEqual(['sub-of-bob']);
    expect(await run.attest()).toMatchObject({ kind: 'refused', code: 'principal_reset' });
    expect(await run.attest({ ...APPROVE, by: 'bob' })).toMatchObject({ code: 'principal_no_signal' });

    await run.step();
    await stage.client('carol').workflow.getHandle(workflowId).signal('approve', VOTE);
    expect(await run.attest()).toMatchObject({ kind: 'person', person: 'carol' });
  });

  test('A08: a vote that a reset left standing is void as well, for it was cast in another run', async () => {
    const run = await stage.run();
    const { workflowId } = run.handle;
    await run.step();
    await stage.client('carol').workflow.getHandle(workflowId).signal('approve', VOTE);
    await run.step();
    await stage.client('bob').workflowService.resetWorkflowExecution({
      namespace: NAMESPACE,
      workflowExecution: { workflowId },
      workflowTaskFinishEventId: 8 as never,
      requestId: 'later',
      reason: 'try again',
    });
    expect(await run.attest()).toMatchObject({ kind: 'refused', code: 'principal_no_signal' });
  });

  test('whoever repeats an approval that was taken back does not bring it back to life', async () => {
    const run = await stage.run();
    const { workflowId } = run.handle;
    const carol = stage.client('carol').workflow.getHandle(workflowId);
    await carol.signal('approve', VOTE);
    await carol.signal('withdraw', VOTE);
    await stage.client('bob').workflow.getHandle(workflowId).signal('approve', VOTE);
    await run.step();
    expect(await run.attest()).toMatchObject({ kind: 'refused', code: 'principal_superseded' });
    await carol.signal('approve', VOTE);
    expect(await run.attest()).toMatchObject({ kind: 'person', person: 'carol' });
  });
});
