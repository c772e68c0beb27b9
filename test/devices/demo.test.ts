/** `npm run demo` as root types it, on real devices: what it shows is so, and nothing of it is left behind. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect } from '@jest/globals';
import { openRealGround } from '../../client/demo/ground.ts';
import { ROUTED, SWITCHED } from '../../simulators/network/index.ts';
import type { Lab } from '../../simulators/network/lab.ts';
import { LAB_PROGRAMS } from '../../simulators/network/programs.ts';
import { setDemos } from '../demos.ts';
import { deviceTest } from './lab.ts';

const { folder, cordon, settings, demo } = setDemos(240_000);
const [node, main] = cordon;

function processes(): readonly string[] {
  return readdirSync('/proc').filter((one) => {
    if (!/^\d+$/.test(one)) return false;
    try {
      const read = (name: string) => readFileSync(join('/proc', one, name), 'utf8');
      const mine = read('environ').includes(`TMPDIR=${folder}`) || read('cmdline').includes(folder);
      return mine && !/^\d+ \(.*\) Z/s.test(read('stat'));
    } catch {
      return false;
    }
  });
}

const print = (...args: readonly string[]): string => execFileSync('ip', args, { encoding: 'utf8' });

/** Of this machine, which no demo may change. */
const surroundings = () => ({
  networks: print('netns', 'list'),
  links: print('-o', 'link').replace(/\s+/g, ' '),
  mounts: readFileSync('/proc/self/mounts', 'utf8'),
});

const before = surroundings();
const left = () => ({ ...surroundings(), processes: processes(), folders: foldersLeft() });
const NOTHING = { ...before, processes: [], folders: [] };

function foldersLeft(): readonly string[] {
  return readdirSync(folder).filter((one) => one.startsWith('cordon-demo-'));
}

/** A demo that has put its devices up and is about to do something. */
async function underWay(name: string): Promise<ChildProcess> {
  const child = spawn(node, [main, 'demo', name, '--keep'], {
    ...settings(),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (part: Buffer) => (said += part.toString('utf8')));
  const end = Date.now() + 120_000;
  while (!said.includes('riley starts') && Date.now() < end && child.exitCode === null) await wait(50);
  expect(said).toContain('riley starts');
  return child;
}

const BOTH = [...new Set([...SWITCHED.programs, ...ROUTED.programs])];

describe('the demo on real devices', () => {
  deviceTest(
    'two at once show by ping, dig and sockets what was cut off, and that an undo gives it back; nothing is left',
    BOTH,
    async () => {
      const [device, router] = await Promise.all([demo('device', '--yes'), demo('router', '--yes')]);
      for (const { code, err, out } of [device, router])
        expect({ code, wrong: /✗|    at /.exec(err + out) }).toEqual({ code: 0, wrong: null });
      expect(device.err).toContain(
        'site: real devices in namespaces of their own: Open vSwitch, Unbound, OpenSSH',
      );
      for (const line of [
        /ping, host-0042 to its neighbour +answered +no answer +answered/,
        /switch, port of host-0042 +VLAN 10 +VLAN 666 +VLAN 10/,
        /dig www\.evil\.example +192\.0\.2\.66 +NXDOMAIN +192\.0\.2\.66/,
        /host-0042, intruder’s program \* +runs +ended +ended/,
        /ovs-vsctl list port vnet3\n +- tag : 10\n +\+ tag : 666/,
        /✓ unbound-control list_local_zones prints what it printed before/,
      ])
        expect(device.out).toMatch(line);
      expect(router.err).toContain('own: dropbear, nftables, FRR');
      for (const line of [
        /telnet from outside +lets in +closed +lets in/,
        /ssh from outside +lets in +closed +lets in/,
        /ping from 203\.0\.113\.66 +answered +no answer +answered/,
        /firmware \* +23\.05\.2 +23\.05\.3 +23\.05\.3/,
        /\+ ip saddr 203\.0\.113\.0\/24 drop/,
        /✓ nft list chain inet fw input prints what it printed before/,
        /Then router 192\.0\.2\.11, which runs FRR: frr_lockdown_v1 is completed/,
        /vtysh show running-config\n +\+ access-list CORDON-CLOSED seq 5 deny any/,
        /its terminal by telnet +answers +hangs up +answers/,
        /✓ vtysh show running-config prints what it printed before/,
      ])
        expect(router.out).toMatch(line);
      expect(left()).toEqual(NOTHING);
    },
  );

  deviceTest('Ctrl-C in the middle leaves nothing, and says so', ROUTED.programs, async () => {
    const child = await underWay('router');
    expect(processes().length).toBeGreaterThan(5);
    child.kill('SIGINT');
    const [code] = (await once(child, 'exit')) as [number];
    expect(code).toBe(3);
    expect(left()).toEqual(NOTHING);
  });

  deviceTest('a demo that is killed outright takes its devices with it', SWITCHED.programs, async () => {
    const child = await underWay('device');
    expect(processes().length).toBeGreaterThan(5);
    child.kill('SIGKILL');
    await once(child, 'exit');
    const end = Date.now() + 10_000;
    while (processes().length > 0 && Date.now() < end) await wait(50);
    // Only its folder: nobody was there to remove it.
    const [its = '', ...more] = foldersLeft();
    expect(more).toEqual([]);
    rmSync(join(folder, its), { recursive: true });
    expect(left()).toEqual(NOTHING);
  });

  deviceTest(
    'after that the next one comes up; at the first card it stops where told to',
    SWITCHED.programs,
    async () => {
      const { code, err } = await demo('device', '--no-approve', '--site', 'real');
      expect({ code, waits: err.includes('waits for approval') }).toEqual({ code: 3, waits: true });
      expect(left()).toEqual(NOTHING);
    },
  );

  deviceTest(
    'devices that do not come up are a sentence and no failure, and nothing of them stays',
    LAB_PROGRAMS,
    async () => {
      const place = { folder: join(folder, 'cordon-demo-none'), before: () => undefined };
      const unplugged = async (lab: Lab): Promise<never> => {
        lab.keep('tail', ['-f', join(place.folder, 'site', 'log')]);
        await lab.until('a program', () => processes().length > 0);
        await lab.run('ip', ['-n', 'nowhere', 'link']);
        throw new Error('a network that was never made has links');
      };
      const network = { programs: [], what: '', standIns: null, open: unplugged };
      expect(await openRealGround(network, place)).toEqual({
        kind: 'problem',
        problem: expect.stringMatching(/^the real devices did not come up: ip -n nowhere link: /) as unknown,
      });
      rmSync(place.folder, { recursive: true });
      expect(left()).toEqual(NOTHING);
    },
  );

  deviceTest('whoever is not root and insists is refused, with what to do', ['setpriv'], async () => {
    const drop = ['--reuid', '65534', '--regid', '65534', '--clear-groups', node, main];
    const asked = spawn('setpriv', [...drop, 'demo', 'device', '--site', 'real'], settings());
    let said = '';
    asked.stderr.on('data', (part: Buffer) => (said += part.toString('utf8')));
    const [code] = (await once(asked, 'close')) as [number];
    expect({ code, said: said.trim() }).toEqual({
      code: 1,
      said: '✗ --site real: you are not root; run it as root, or leave --site out for simulated devices',
    });
  });
});
