import { describe, expect, test } from '@jest/globals';
import { createMicrosoftGraph } from '../../activities/connectors/microsoft-graph/index.ts';
import type { JsonObject } from '../../workflows/language/json.ts';
import { ADA, createWorld, memoryEvidence } from './microsoft-graph-world.ts';

const config = { tenantId: 't', clientId: 'c', clientSecret: 'secret://env/x' };
const itself = [{ user_email: ADA }];
const performs = createMicrosoftGraph(config, memoryEvidence()).performs;
const inputs: Readonly<Record<string, readonly JsonObject[]>> = {
  ProofOfControl: [{ account_email: ADA }],
  EvidenceSnapshot: ['settings', 'log'].map((kind) => ({ user_email: ADA, case_id: 'case-1', kind })),
  ListFilters: [{ user_email: ADA }],
  DeleteFilter: [{ user_email: ADA }],
  RotatePassword: [{ user_email: ADA }],
  Enroll2FA: [{ user_email: ADA }],
  RevokeOAuthTokens: [{ user_id: ADA }],
  ListMailAccess: itself,
  StopForwarding: itself,
  StopAutomaticReplies: itself,
  DisableFilter: itself,
  SuspendAccount: itself,
  RequireSecondFactor: itself,
  RevokeAppAccess: itself,
  SignOut: itself,
  ListAuthenticationMethods: itself,
  RemoveAuthenticationMethods: itself,
  IssueAccessPass: [{ user_email: ADA, lifetime_minutes: 60, usable_once: true }],
};

async function answers(type: string, roles: readonly string[]) {
  const world = await createWorld({ roles });
  world.simulator.seedAttacker(ADA);
  world.simulator.enroll2FA(ADA);
  const { rules, methods } = world.simulator.account(ADA);
  const named: JsonObject = {
    ...(type.endsWith('Filter') ? { filter_ids: rules.map(({ id }) => id) } : {}),
    ...(type === 'RemoveAuthenticationMethods' ? { method_ids: methods.slice(1).map(({ id }) => id) } : {}),
  };
  try {
    const given = await Promise.all(
      (inputs[type] ?? []).map((input) => world.perform(type, { ...input, ...named })),
    );
    const undo = world.connector.performs[type]?.undo;
    const saved = given.flatMap((answer) => (answer.kind === 'done' && answer.undo ? [answer.undo] : []));
    return {
      given,
      undone: await Promise.all(
        undo === undefined ? [] : saved.map((each) => undo.perform(each, world.call())),
      ),
    };
  } finally {
    await world.simulator.close();
  }
}

describe('Microsoft Graph: the permissions a task names', () => {
  test.each(Object.keys(performs))('are enough for %s, and for taking it back', async (type) => {
    const { given, undone } = await answers(type, performs[type]?.scopes ?? []);
    expect(given.map(({ kind }) => kind)).toEqual(given.map(() => 'done'));
    expect(given.length).toBeGreaterThan(0);
    const taken = { kind: 'done', output: { changed: true } };
    expect(undone).toMatchObject(performs[type]?.undo === undefined ? [] : [taken]);
  });

  const pairs = Object.entries(performs).flatMap(([type, { scopes }]) =>
    scopes.map((scope) => [type, scope] as const),
  );
  test.each(pairs)('%s needs %s: without it, it ends with a 403 that names it', async (type, scope) => {
    const { given } = await answers(
      type,
      (performs[type]?.scopes ?? []).filter((other) => other !== scope),
    );
    const denied = given.filter((answer) => 'fault' in answer && answer.fault.code === 'microsoft-graph_403');
    expect(denied.length).toBeGreaterThan(0);
    expect(JSON.stringify(denied)).toContain(scope);
  });
});
