/** On what devices a demo is shown, and what is said of it. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { NETWORKS } from '../../simulators/network/index.ts';
import { packagesOf } from '../../simulators/network/programs.ts';
import { chooseSite, type Machine } from '../../client/demo/site.ts';
import { amiss } from '../../client/demo/looks.ts';
import { differenceLines, differences } from '../../client/demo/differences.ts';

const ABLE: Machine = { platform: 'linux', isRoot: true, has: () => true, isolates: () => true };

describe('the site of a demo', () => {
  test('root with all programs is shown real devices, and told how to do without', () => {
    for (const name of ['device', 'router'] as const)
      expect(chooseSite(name, null, ABLE)).toMatchObject({
        kind: 'real',
        says: expect.stringContaining('--site simulated') as unknown,
      });
  });

  test('whoever is not root is shown simulated ones, and told what would change that', () => {
    expect(chooseSite('device', null, { ...ABLE, isRoot: false })).toEqual({
      kind: 'simulated',
      says: 'site: simulated devices on loopback, because you are not root\n  for real ones, run it as root',
    });
  });

  test('root without some of the programs is told which are missing and what brings them, and sees simulated ones', () => {
    const without = new Set(['ovs-vsctl', 'ovs-vswitchd', 'unbound']);
    expect(chooseSite('device', null, { ...ABLE, has: (one) => !without.has(one) })).toEqual({
      kind: 'simulated',
      says: 'site: simulated devices on loopback, because ovs-vsctl, ovs-vswitchd, unbound are not installed\n  for real ones, apt-get install openvswitch-switch unbound (docs/devices.md says how without starting services)',
    });
  });

  test('where only the switch is missing, the packet filter isolates the device', () => {
    const machine: Machine = { ...ABLE, has: (one) => one !== 'ovsdb-server' };
    expect(chooseSite('device', null, machine)).toMatchObject({
      kind: 'real',
      says: expect.stringContaining('own: nftables, Unbound, OpenSSH') as unknown,
    });
  });

  test('what another demo needs is not asked for', () => {
    const machine: Machine = { ...ABLE, has: (one) => one !== 'ovs-vsctl' };
    expect(chooseSite('router', null, machine)).toMatchObject({ kind: 'real' });
  });

  test('a wish for real devices is refused where they cannot be had, with what to do', () => {
    const wish = (over: Partial<Machine>) => chooseSite('router', 'real', { ...ABLE, ...over });
    const refused = (why: string, remedy: string) => ({
      kind: 'refused',
      problem: `--site real: ${why}; ${remedy}, or leave --site out for simulated devices`,
    });
    expect(wish({ isRoot: false })).toEqual(refused('you are not root', 'run it as root'));
    expect(wish({ platform: 'darwin' })).toEqual(refused('this is not Linux', 'run it on Linux as root'));
    expect(wish({ has: (one) => one !== 'nft' })).toEqual(
      refused(
        'nft is not installed',
        'apt-get install nftables (docs/devices.md says how without starting services)',
      ),
    );
    expect(wish({ isolates: () => false })).toEqual(
      refused('this machine lets nobody make namespaces', 'give it CAP_SYS_ADMIN and CAP_NET_ADMIN'),
    );
    expect(wish({})).toMatchObject({ kind: 'real' });
  });

  test('a wish for simulated ones asks nothing of the machine', () => {
    const asks = (): never => {
      throw new Error('it was asked');
    };
    expect(chooseSite('device', 'simulated', { ...ABLE, has: asks, isolates: asks })).toMatchObject({
      kind: 'simulated',
    });
  });
});

test('docs/devices.md names every package that real devices need', () => {
  const text = readFileSync(resolve(import.meta.dirname, '../../docs/devices.md'), 'utf8');
  const [, listed = ''] = /these Debian packages.*?```text\n(.*?)\n```/s.exec(text) ?? [];
  const comeAlong = ['util-linux', 'bash', 'passwd', 'openssh-client', 'openvswitch-common'];
  const needed = packagesOf(
    Object.values(NETWORKS).flatMap((all) => all.flatMap(({ programs }) => programs)),
  );
  expect(new Set([...listed.split(' '), ...comeAlong])).toEqual(new Set(needed));
});

describe('what real devices print', () => {
  const printed = (...lines: readonly string[]) => [{ command: 'uci show', lines }];

  test('is told by the lines that went and came, with the options of a section behind it', () => {
    const before = printed('a.x=1', 'a.y=2', 'same', 'same');
    const after = printed('same', 'a.y=2', 'same', 'rule=deny', 'rule.port=23', 'rule.name=it');
    expect(differenceLines(differences(before, after))).toEqual([
      'uci show',
      '  - a.x=1',
      '  + rule=deny, with 2 options',
    ]);
  });

  test('and is amiss where it is other than before once all is undone', () => {
    const look = (when: 'before' | 'after' | 'undone', ...lines: readonly string[]) => ({
      when,
      facts: [],
      printed: printed(...lines),
    });
    const done = { status: 'completed' } as const;
    const looks = [look('before', 'a'), look('after', 'b')];
    expect(amiss([...looks, look('undone', 'a')], done, done)).toEqual([]);
    expect(amiss([...looks, look('undone', 'b')], done, done)).toEqual([
      'uci show: prints other than before, though all is undone',
    ]);
  });
});
