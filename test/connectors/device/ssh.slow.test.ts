import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { command, script, type Shape } from '../../../activities/connectors/ssh/command.ts';
import { READ_NOTE, WRITE_NOTE } from '../../../activities/connectors/ssh/notes.ts';
import { ARM, DISARM, DISARM_ALL } from '../../../activities/connectors/ssh/revert.ts';
import { withSession, type Ran, type Trail } from '../../../activities/connectors/ssh/session.ts';
import type { Got } from '../../../activities/connectors/ssh/failure.ts';
import type { SshTarget } from '../../../activities/connectors/ssh/target.ts';
import { ok, type Machine } from '../../../simulators/device/machine.ts';
import { startDevice, type SimulatedDevice } from '../../../simulators/device/server.ts';
import { wordsOf } from '../../../simulators/device/shell.ts';
import { callWith, createVault, targetOf } from './world.ts';

const LOOK: Shape = { name: 'look', words: ['show', null], changes: false, longestMs: 300, mostBytes: 4096 };
const CHANGE: Shape = {
  name: 'change',
  words: ['set', null],
  changes: true,
  longestMs: 300,
  mostBytes: 4096,
};

const vault = createVault();
const told: string[] = [];
let device: SimulatedDevice;

const machine = (tell: (what: string) => void): Machine => ({
  name: 'thing',
  programs: {
    show: ([what = '']) => ok(`shown ${what}\n`),
    set: ([what = '']) => {
      tell(`set ${what}`);
      return ok();
    },
  },
});

beforeEach(async () => {
  told.length = 0;
  device = await startDevice(machine);
});
afterEach(() => device.close());

async function run(
  shapes: readonly Shape[],
  over: Partial<SshTarget> = {},
  call = callWith(vault),
): Promise<Got<Ran>> {
  const trail: Trail = { changeSent: false };
  return withSession<Ran>(targetOf(device, vault, over), call, trail, async (session) => {
    let last: Got<Ran> = { kind: 'refused', fault: { code: 'none', message: '' } };
    for (const shape of shapes) {
      const made = command(shape, ['it']);
      if (made.kind !== 'got') return made;
      last = await session.run(made.value);
      if (last.kind !== 'got') return last;
    }
    return last;
  });
}

describe('N08: what is sent over SSH', () => {
  test.each([
    ['a semicolon', 'eth0; reboot'],
    ['a newline', 'eth0\nreboot'],
    ['a carriage return', 'eth0\rreboot'],
    ['a backtick', '`reboot`'],
    ['a substitution', '$(reboot)'],
    ['a variable', '${IFS}'],
    ['a pipe', 'eth0|sh'],
    ['an ampersand', 'eth0&'],
    ['a redirection', '>/etc/passwd'],
    ['a question mark', 'show ?'],
    ['a quote', "it's"],
    ['a double quote', '"it"'],
    ['a backslash', 'a\\nb'],
    ['a no-break space', 'eth0\u00a0up'],
    ['an ideographic space', 'eth0\u3000up'],
    ['a line separator', 'eth0\u2028reboot'],
    ['a null', 'eth0\u0000'],
    ['a delete character', 'eth0\u007f'],
    ['a leading dash', '--config=/tmp/x'],
    ['half a surrogate pair', 'eth0\ud800'],
    ['more than any argument has', 'a'.repeat(5000)],
  ])('an argument with %s is refused before anything is sent', (_what, argument) => {
    const made = command(LOOK, [argument]);
    expect(made).toMatchObject({ kind: 'refused', fault: { code: 'ssh_argument' } });
    expect(JSON.stringify(made)).not.toContain('reboot');
  });

  test('arguments for which there is no place are refused, and so are places left empty', () => {
    const shape: Shape = { name: 'two', words: ['set', null, 'to', null, 'now'], changes: true };
    expect(command(shape, ['a'])).toMatchObject({ kind: 'refused' });
    expect(command(shape, ['a', 'b', 'c'])).toMatchObject({ kind: 'refused' });
    expect(command(shape, ['a b', '{*}'])).toMatchObject({ value: { line: `set 'a b' to '{*}' now` } });
  });

  test('a real shell reads every allowed character as itself (control: the same words unquoted are not)', () => {
    const all = ` @%+=:,./_{}()#*^~[]-az09`;
    const shape: Shape = { name: 'echo', words: ['printf', '%s\\n', null], changes: false };
    const made = command(shape, [all, '* /tmp/*', '~', '{a,b}', '#x', '']);
    if (made.kind !== 'got') throw new Error('refused');
    const said = spawnSync('sh', ['-c', made.value.line], { encoding: 'utf8' });
    expect(said.stdout.split('\n').slice(0, -1)).toEqual([all, '* /tmp/*', '~', '{a,b}', '#x', '']);
    expect(wordsOf(made.value.line)?.slice(2)).toEqual([all, '* /tmp/*', '~', '{a,b}', '#x', '']);
    const unquoted = spawnSync('sh', ['-c', `printf '%s\\n' ~ #x`], { encoding: 'utf8' });
    expect(unquoted.stdout).not.toBe('~\n#x\n');
  });

  test('a fixed text gets its arguments as parameters, never as shell', () => {
    const made = command(script('say', 'printf "%s|" "$@"', false), ['a b', '(c)']);
    if (made.kind !== 'got') throw new Error('refused');
    expect(spawnSync('sh', ['-c', made.value.line], { encoding: 'utf8' }).stdout).toBe('a b|(c)|');
  });
});

describe('N08: who it is sent to', () => {
  test('a pinned key is recognised, and the answer comes with its exit code', async () => {
    expect(await run([LOOK])).toMatchObject({ kind: 'got', value: { code: 0, stdout: 'shown it\n' } });
  });

  test('another host key is refused, and the fault names both ways out', async () => {
    const answer = await run([LOOK], { hostKey: `SHA256:${'A'.repeat(43)}` });
    expect(answer).toMatchObject({ kind: 'refused', fault: { code: 'ssh_host_key' } });
    expect(answer.kind === 'refused' && answer.fault.message).toContain(device.hostKey);
    expect(device.lines()).toEqual([]);
  });

  test('a key that changed after it was pinned is refused', async () => {
    const { port } = device;
    const pinned = targetOf(device, vault);
    await device.close();
    device = await startDevice(machine, { port });
    const trail: Trail = { changeSent: false };
    const answer = await withSession<Ran>(pinned, callWith(vault), trail, async () => {
      throw new Error('it was let in');
    });
    expect(answer).toMatchObject({ kind: 'refused', fault: { code: 'ssh_host_key' } });
  });

  test('nobody at the address can be tried again; a wrong key or password cannot', async () => {
    const { port } = device;
    await device.close();
    expect(await run([LOOK])).toMatchObject({ kind: 'try_again', fault: { code: 'ssh_unreachable' } });
    device = await startDevice(machine, { port });
    const reference = vault.keep('canary-not-the-password');
    const answer = await run([LOOK], { credential: { kind: 'password', reference } });
    expect(answer).toMatchObject({ kind: 'refused', fault: { code: 'ssh_authentication' } });
    expect(JSON.stringify(answer)).not.toContain('canary');
    const junk = vault.keep('canary-no-key-at-all');
    const unreadable = await run([LOOK], { credential: { kind: 'key', reference: junk } });
    expect(unreadable).toMatchObject({ kind: 'refused', fault: { code: 'ssh_key_unreadable' } });
    expect(JSON.stringify(unreadable)).not.toContain('canary');
  });

  test('the right password is accepted, and a banner before it does no harm', async () => {
    const { port } = device;
    await device.close();
    device = await startDevice(machine, { port, banner: 'Authorised use only.\r\n'.repeat(50) });
    const reference = vault.keep(device.password);
    expect(await run([LOOK], { credential: { kind: 'password', reference } })).toMatchObject({ kind: 'got' });
  });
});

describe('N08: a device that misbehaves', () => {
  async function talkTo(speak: (socket: Socket) => void): Promise<Got<Ran>> {
    const sockets: Socket[] = [];
    const raw = createServer((socket) => {
      sockets.push(socket.on('error', () => undefined));
      speak(socket);
    });
    await new Promise<void>((resolve) => raw.listen(0, '127.0.0.1', resolve));
    const answer = await run([LOOK], { port: (raw.address() as AddressInfo).port });
    for (const socket of sockets) socket.destroy();
    raw.close();
    return answer;
  }

  test('ten megabytes of greeting are cut off after a quarter of one', async () => {
    let sent = 0;
    const answer = await talkTo((socket) => {
      const more = (): void => {
        while (sent < 10_000_000 && socket.writable) {
          sent += 1000;
          if (!socket.write(`${'x'.repeat(998)}\r\n`)) return void socket.once('drain', more);
        }
      };
      more();
    });
    expect(answer.kind).toBe('refused');
    expect(sent).toBeLessThan(10_000_000);
  });

  test('what is no SSH server is refused', async () => {
    const answer = await talkTo((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    expect(['refused', 'try_again']).toContain(answer.kind);
  });

  test('a prompt is not waited for: refused before a change, open fate after one', async () => {
    device.fault({ kind: 'hang', match: 'show', times: 1 });
    expect(await run([LOOK])).toMatchObject({ kind: 'refused', fault: { code: 'ssh_no_answer' } });
    device.fault({ kind: 'hang', match: 'set', times: 1 });
    expect(await run([CHANGE])).toMatchObject({ kind: 'unknown', fault: { code: 'ssh_no_answer' } });
    device.fault({ kind: 'hang', match: 'show', times: 1 });
    expect(await run([CHANGE, LOOK])).toMatchObject({ kind: 'unknown' });
  });

  test('output without end is cut off', async () => {
    device.fault({ kind: 'flood', match: 'show', times: 1 });
    expect(await run([LOOK])).toMatchObject({ kind: 'refused', fault: { code: 'ssh_output' } });
  });

  test('a lost line can be tried again before a change, and leaves the fate open after one', async () => {
    device.fault({ kind: 'cut_before', match: 'show', times: 1 });
    expect(await run([LOOK])).toMatchObject({ kind: 'try_again', because: 'unavailable' });
    device.fault({ kind: 'cut_after', match: 'set', times: 1 });
    expect(await run([CHANGE])).toMatchObject({ kind: 'unknown', fault: { code: 'ssh_disconnected' } });
    expect(device.effects()).toHaveLength(1);
  });

  test('cancellation ends a command at once', async () => {
    const control = new AbortController();
    device.fault({ kind: 'hang', match: 'show', times: 1 });
    setTimeout(() => control.abort(), 60);
    const answer = await run([LOOK], {}, callWith(vault, { signal: control.signal }));
    expect(answer).toMatchObject({ kind: 'try_again', fault: { code: 'ssh_cancelled' } });
  });
});

describe('the fixed shell texts, in a real shell', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cordon-sh-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function shell(shape: Shape, args: readonly string[], input = ''): string {
    const made = command(shape, args, input);
    if (made.kind !== 'got') throw new Error(JSON.stringify(made));
    const ran = spawnSync('sh', ['-c', made.value.line], { input, encoding: 'utf8' });
    if (ran.status !== 0) throw new Error(`${shape.name}: ${ran.status} ${ran.stderr}`);
    return ran.stdout;
  }

  test('the first note under a name stays', () => {
    expect(shell(READ_NOTE, [folder, 'n'])).toBe('none\n');
    shell(WRITE_NOTE, [folder, 'n'], '{"a":1}');
    shell(WRITE_NOTE, [folder, 'n'], '{"a":2}');
    expect(shell(READ_NOTE, [folder, 'n'])).toBe('{"a":1}');
  });

  test('an armed revert runs when its time is up, outlives its session, and cannot be called off then', async () => {
    const proof = join(folder, 'reverted');
    shell(
      ARM,
      [folder, 'do-k.1', '1'],
      `touch ${proof}\nfalse\ncat <<'CORDON_END' >${proof}2\n$HOME\nCORDON_END\n`,
    );
    expect(existsSync(proof)).toBe(false);
    await wait(1600);
    expect(existsSync(proof)).toBe(true);
    expect(readFileSync(`${proof}2`, 'utf8')).toBe('$HOME\n');
    expect(shell(DISARM, [folder, 'do-k.1'])).toBe('fired\n');
  });

  test('a revert that was called off does not run, alone or with all others of the call', async () => {
    const proof = join(folder, 'never');
    writeFileSync(join(folder, 'other'), '');
    shell(ARM, [folder, 'do-k.2', '1'], `touch ${proof}\n`);
    expect(shell(DISARM, [folder, 'do-k.2'])).toBe('off\n');
    shell(ARM, [folder, 'do-k.3', '1'], `touch ${proof}\n`);
    shell(ARM, [folder, 'do-k.4', '1'], `touch ${proof}\n`);
    expect(shell(DISARM_ALL, [folder, 'do-k'])).toBe('off\n');
    await wait(1600);
    expect(existsSync(proof)).toBe(false);
    expect(readdirSync(join(folder, 'pending')).filter((one) => one.endsWith('.armed'))).toEqual([]);
  });
});
