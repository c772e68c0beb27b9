/** Each task gets by with the scopes it declares, and says which to grant when one is missing. */
import { expect, test } from '@jest/globals';
import { createGoogleWorkspace } from '../../activities/connectors/google-workspace/index.ts';
import type { Json } from '../../workflows/language/json.ts';
import { KEY_REFERENCE, openScene, VICTIM } from './google-workspace-world.ts';

const { performs } = createGoogleWorkspace(
  {
    serviceAccount: KEY_REFERENCE,
    adminSubject: 'admin@corp.example',
    domains: ['corp.example'],
    secondFactorUnit: '/Second factor required',
  },
  { put: () => Promise.reject(), manifest: () => Promise.reject(), get: () => Promise.reject() },
);
const inputs: Readonly<Record<string, Record<string, Json>>> = {
  ProofOfControl: { account_email: VICTIM },
  EvidenceSnapshot: { user_email: VICTIM, case_id: 'c', kind: 'log' },
  ListFilters: { user_email: VICTIM },
  DeleteFilter: { user_email: VICTIM, filter_ids: ['x'] },
  RotatePassword: { user_email: VICTIM },
  Enroll2FA: { user_email: VICTIM },
  RevokeOAuthTokens: { user_id: VICTIM },
  ListMailAccess: { user_email: VICTIM },
  StopForwarding: { user_email: VICTIM },
  RemoveForwardingAddresses: { user_email: VICTIM, addresses: ['nobody@freemail.example'] },
  RemoveDelegates: { user_email: VICTIM, delegates: ['temp.assistant@corp.example'] },
  CloseMailProtocols: { user_email: VICTIM },
  StopAutomaticReplies: { user_email: VICTIM },
  SuspendAccount: { user_email: VICTIM },
  RequireSecondFactor: { user_email: VICTIM },
  RevokeAppAccess: { user_email: VICTIM },
  SignOut: { user_email: VICTIM },
};
const tasks = Object.entries(performs).map(([task, { scopes }]) => ({
  task,
  scopes,
  input: inputs[task] ?? {},
}));

test('every task is here', () => {
  expect(tasks.map(({ task }) => task).toSorted()).toEqual(Object.keys(inputs).toSorted());
});

test.each(tasks)(
  '$task works, and is taken back, with what it declares and nothing more',
  async ({ task, scopes, input }) => {
    const scene = await openScene({ delegatedScopes: scopes });
    scene.simulator.seedAttacker(VICTIM);
    const { filters, mail, forwardingAddresses } = scene.simulator.account(VICTIM);
    const named = { ...input };
    if (task === 'DeleteFilter') named['filter_ids'] = [...filters.keys()].slice(0, 1);
    if (task === 'RemoveForwardingAddresses') {
      mail.autoForwarding = { enabled: false };
      named['addresses'] = [...forwardingAddresses.keys()];
    }
    const answer = await scene.perform(task, named);
    expect(['done', 'action_required']).toContain(answer.kind);
    const undo = performs[task]?.undo;
    expect(answer.kind === 'done' && answer.undo !== undefined).toBe(undo !== undefined);
    if (undo !== undefined && answer.kind === 'done')
      expect(await scene.performs[task]?.undo?.perform(answer.undo ?? {}, scene.call)).toMatchObject({
        kind: 'done',
        output: { changed: true },
      });
    await scene.simulator.close();
  },
);

const pairs = tasks.flatMap(({ task, scopes, input }) =>
  scopes.map((missing) => ({ task, scopes, input, missing })),
);
test.each(pairs)(
  '$task without $missing changes nothing and names it',
  async ({ task, scopes, input, missing }) => {
    const scene = await openScene({ delegatedScopes: scopes.filter((scope) => scope !== missing) });
    scene.simulator.seedAttacker(VICTIM);
    const answer = await scene.perform(task, input);
    expect(answer).toMatchObject({ kind: 'refused', fault: { code: 'google_scope_missing' } });
    expect(JSON.stringify(answer)).toContain(missing);
    expect(scene.simulator.effects()).toEqual([]);
    await scene.simulator.close();
  },
);
