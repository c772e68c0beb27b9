/** The actions that contain an Entra account, held to the contract of all account actions. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createMicrosoftGraph } from '../../activities/connectors/microsoft-graph/index.ts';
import { SECOND_FACTOR_GROUP } from '../../simulators/graph/state.ts';
import type { JsonObject } from '../../workflows/language/json.ts';
import { keepsAccountActions } from '../contracts/account-action.ts';
import { accounts, actions, openGraph } from './microsoft-graph-actions.ts';
import {
  ADA,
  CLIENT_SECRET_REF,
  createWorld,
  memoryEvidence,
  outputOf,
  type World,
} from './microsoft-graph-world.ts';

keepsAccountActions('Microsoft Graph', accounts, actions, openGraph);

describe('Microsoft Graph: what the single switches say', () => {
  let world: World;
  beforeEach(async () => {
    world = await createWorld();
    world.simulator.seedAttacker(ADA);
  });
  afterEach(() => world.simulator.close());
  const input = { user_email: ADA };
  const pass = { user_email: ADA, lifetime_minutes: 60, usable_once: true };
  const whats = () => world.simulator.effects().map(({ what }) => what);

  test('forwarding by rule is listed with where it leads; what only Exchange knows is not made up', async () => {
    expect(outputOf(await world.perform('ListMailAccess', input))).toEqual({
      user_id: ADA,
      forwards_to: ['collector@attacker.example'],
      forwarding_addresses: null,
      outside_addresses: ['collector@attacker.example'],
      delegates: null,
      imap: null,
      pop: null,
      automatic_replies: true,
    });
  });

  test('stopping forwarding leaves rules that stay inside the organisation alone', async () => {
    const { rules } = world.simulator.account(ADA);
    rules.push({
      ...rules[1],
      id: 'inside',
      actions: { forwardTo: [{ emailAddress: { address: 'bob@corp.example' } }] },
    });
    const output = outputOf(await world.perform('StopForwarding', input));
    expect(output).toEqual({ stopped: ['collector@attacker.example'], already: false });
    expect(rules.find(({ id }) => id === 'inside')?.isEnabled).toBe(true);
  });

  test('a rule that is not there is said to be gone, and one that was off is not switched on by undo', async () => {
    const { rules } = world.simulator.account(ADA);
    const [first, second] = rules;
    if (first === undefined || second === undefined) throw new Error('no rules');
    first.isEnabled = false;
    const named = { ...input, filter_ids: [first.id, second.id, 'AQ/none='] };
    const done = await world.perform('DisableFilter', named);
    expect(outputOf(done)).toEqual({
      disabled: [second.id],
      already_disabled: [first.id],
      gone: ['AQ/none='],
    });
    if (done.kind !== 'done' || done.undo === undefined) throw new Error('nothing saved');
    const undone = await world.connector.performs['DisableFilter']?.undo?.perform(done.undo, world.call());
    expect(undone).toMatchObject({ kind: 'done', output: { changed: true } });
    expect(rules.map(({ isEnabled }) => isEnabled)).toEqual([false, true, true]);
  });

  test('an automatic reply is stopped without losing its words', async () => {
    await world.perform('StopAutomaticReplies', input);
    expect(world.simulator.account(ADA).mailbox.automaticRepliesSetting).toMatchObject({
      status: 'disabled',
      externalReplyMessage: 'Please use our new bank account from now on.',
    });
  });

  test('the group that demands a second factor comes from the configuration, never from a playbook', async () => {
    expect(outputOf(await world.perform('RequireSecondFactor', input))).toEqual({
      through: SECOND_FACTOR_GROUP,
      already: false,
    });
    const { application, url } = world.simulator;
    const none = createMicrosoftGraph(
      { ...application, clientSecret: CLIENT_SECRET_REF, graphRoot: url, authorityHost: url },
      memoryEvidence(),
    );
    const answer = await none.performs['RequireSecondFactor']?.perform(input, world.call());
    expect(answer).toMatchObject({ kind: 'refused', fault: { code: 'microsoft-graph_no_group' } });
  });

  test('methods are listed with their kind and age, and a password is not taken for a method to remove', async () => {
    const output = outputOf(await world.perform('ListAuthenticationMethods', input));
    const methods = output['methods'] as JsonObject[];
    expect(methods.map(({ kind }) => kind)).toEqual(['password', 'phone', 'phone']);
    expect(output['recent_ids']).toEqual([methods[2]?.['id']]);
    const method_ids = methods.map(({ id }) => id ?? '');
    const answer = await world.perform('RemoveAuthenticationMethods', { ...input, method_ids });
    expect(answer).toMatchObject({ kind: 'refused', fault: { code: 'microsoft-graph_method_stays' } });
    expect(whats()).toEqual([]);
  });

  test('an access pass is known to its reference alone, and a repeat hands out the same', async () => {
    const first = outputOf(await world.perform('IssueAccessPass', pass));
    const value = world.secrets.get(first['pass_ref'] as string) ?? '';
    expect(value).toMatch(/^[\w-]{12}$/);
    const again = outputOf(await world.perform('IssueAccessPass', pass, world.call({ attempt: 2 })));
    expect(again).toEqual(first);
    expect(whats()).toEqual(['access pass issued']);
    expect(JSON.stringify([first, world.simulator.effects(), world.simulator.describe(ADA)])).not.toContain(
      value,
    );
  });

  test('a pass whose answer was lost is withdrawn and issued anew: one is good, and its reference known', async () => {
    const match = { method: 'POST', path: '/temporaryAccessPassMethods' };
    world.simulator.fault({ match, kind: 'reset_after', times: 1 });
    expect((await world.perform('IssueAccessPass', pass)).kind).toBe('unknown');
    const output = outputOf(await world.perform('IssueAccessPass', pass, world.call({ attempt: 2 })));
    expect(whats()).toEqual(['access pass issued', 'access pass withdrawn', 'access pass issued']);
    expect(world.secrets.has(output['pass_ref'] as string)).toBe(true);
  });

  test('a pass that somebody else issued is not replaced', async () => {
    await world.perform('IssueAccessPass', pass);
    const answer = await world.perform('IssueAccessPass', pass, world.call({ key: 'another call' }));
    expect(answer).toMatchObject({ kind: 'refused', fault: { code: 'microsoft-graph_pass_exists' } });
    expect(whats()).toEqual(['access pass issued']);
  });
});
