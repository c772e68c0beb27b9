import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from '@jest/globals';
import { createProver } from '../../activities/checkpoints/prover.ts';
import { createWitnessSink } from '../../activities/checkpoints/sinks/witness.ts';
import { nodeCodec } from '../../activities/stores/index.ts';
import { answerTo, type WitnessAnswer } from '../../activities/witness/answer.ts';
import { startWitness, type RunningWitness } from '../../activities/witness/server.ts';
import { makeWitness, openWitness, type WitnessState } from '../../activities/witness/state.ts';
import { checkpointText } from '../../workflows/audit/checkpoint.ts';
import { hex } from '../../workflows/audit/codec.ts';
import { readNote } from '../../workflows/audit/note.ts';
import { consistencyProof } from '../../workflows/audit/proofs.ts';
import { openCheckpoint } from '../../workflows/audit/trust.ts';
import { vkeyText } from '../../workflows/audit/verifier-key.ts';
import { addCheckpointText, readAddCheckpoint } from '../../workflows/audit/witness-request.ts';
import { temporaryFolder } from '../audit/samples.ts';
import { bruteLeaf, bruteRoot, noteOf, testKey, TIME, trusted, type TestKey } from './keys.ts';
import { keyringIn, LOG, logOver, memoryLog, newestSize, signing, until } from './logs.ts';

const folder = temporaryFolder();
const open: { close(): unknown }[] = [];
afterAll(async () => {
  for (const one of open.toReversed()) await one.close();
});
let files = 0;

function witness(name = 'witness.example/w1', file = join(folder, `w${(files += 1)}.db`)): WitnessState {
  const made = makeWitness(file, name);
  if (made.kind === 'problem') throw new Error(made.problem);
  open.push(made.state);
  return made.state;
}

const log = testKey(LOG, 'log');
const leaves = Array.from({ length: 40 }, (_, at) => bruteLeaf(Buffer.from(`entry ${at}`)));
const others = Array.from({ length: 40 }, (_, at) =>
  bruteLeaf(Buffer.from(at < 3 ? `entry ${at}` : `other ${at}`)),
);

interface Submission {
  readonly old: number;
  readonly size: number;
  readonly by?: TestKey;
  readonly origin?: string;
  readonly over?: readonly Uint8Array[];
  readonly proof?: readonly Uint8Array[];
}

function body({ old, size, by = log, origin = LOG, over = leaves, proof }: Submission): string {
  const root = hex(bruteRoot(over.slice(0, size)));
  const note = noteOf(checkpointText({ origin, size, root }, nodeCodec), by);
  const made = proof ?? consistencyProof(old, size, ({ from, to }) => bruteRoot(over.slice(from, to)));
  return addCheckpointText({ old, proof: made, note }, nodeCodec);
}

const ask = (state: WitnessState, text: string | Uint8Array): WitnessAnswer =>
  answerTo(typeof text === 'string' ? Buffer.from(text) : text, { state, logs: [log.key], now: () => TIME });

describe('T8: a witness', () => {
  test('cosigns what continues what it saw, and remembers it', () => {
    const state = witness();
    for (const [old, size] of [
      [0, 0],
      [0, 5],
      [5, 5],
      [5, 8],
      [8, 40],
    ] as const) {
      const answer = ask(state, body({ old, size }));
      expect([size, answer.status]).toEqual([size, 200]);
      const note = body({ old, size }).split('\n\n').slice(1).join('\n\n') + answer.body;
      const policy = `log ${log.vkey}\nwitness w ${vkeyText(state.key.key, nodeCodec)}\nquorum w\n`;
      expect(openCheckpoint(note, trusted(policy), nodeCodec)).toMatchObject({
        kind: 'checkpoint',
        witnesses: [{ name: 'w', time: TIME }],
      });
      expect(state.seen(LOG)?.size).toBe(size);
    }
  });

  test.each([
    ['an old size that is not its own', { old: 3, size: 8 }, 409, 'text/x.tlog.size', '5\n'],
    ['an old size of nothing', { old: 0, size: 8 }, 409, 'text/x.tlog.size', '5\n'],
    ['a smaller log', { old: 3, size: 4 }, 409, 'text/x.tlog.size', '5\n'],
    ['an old size beyond the checkpoint', { old: 9, size: 8 }, 400, 'text/plain; charset=utf-8', null],
    [
      'a bad proof',
      { old: 5, size: 8, proof: [leaves[0] as Uint8Array] },
      422,
      'text/plain; charset=utf-8',
      null,
    ],
    ['no proof', { old: 5, size: 8, proof: [] }, 422, 'text/plain; charset=utf-8', null],
    [
      'a proof for equal sizes',
      { old: 5, size: 5, proof: [leaves[0] as Uint8Array] },
      422,
      'text/plain; charset=utf-8',
      null,
    ],
    [
      'equal sizes and another root',
      { old: 5, size: 5, over: others },
      409,
      'text/plain; charset=utf-8',
      null,
    ],
    ['a fork', { old: 5, size: 8, over: others }, 422, 'text/plain; charset=utf-8', null],
    [
      'a log nobody told it of',
      { old: 0, size: 1, origin: 'example.org/x' },
      404,
      'text/plain; charset=utf-8',
      null,
    ],
    [
      'a stranger’s signature',
      { old: 5, size: 8, by: testKey(LOG, 'log', 'x') },
      403,
      'text/plain; charset=utf-8',
      null,
    ],
    [
      'a cosignature instead of the log’s',
      { old: 5, size: 8, by: testKey(LOG, 'witness') },
      403,
      'text/plain; charset=utf-8',
      null,
    ],
  ] as const)('refuses %s, and remembers what it had', (_what, submission, status, type, says) => {
    const state = witness();
    ask(state, body({ old: 0, size: 5 }));
    const answer = ask(state, body(submission));
    expect([answer.status, answer.type]).toEqual([status, type]);
    if (says !== null) expect(answer.body).toBe(says);
    expect(state.seen(LOG)).toEqual({ size: 5, root: hex(bruteRoot(leaves.slice(0, 5))) });
  });

  test.each([
    ['size 0 with a proof', { old: 0, size: 0, proof: [leaves[0] as Uint8Array] }],
    ['a first checkpoint with a proof', { old: 0, size: 5, proof: [leaves[0] as Uint8Array] }],
  ])('refuses %s from a log it never saw', (_what, submission) => {
    const state = witness();
    expect(ask(state, body(submission)).status).toBe(422);
    expect(state.seen(LOG)).toBeNull();
  });

  test('refuses an empty tree with a root of its own', () => {
    const note = noteOf(checkpointText({ origin: LOG, size: 0, root: 'ab'.repeat(32) }, nodeCodec), log);
    expect(ask(witness(), addCheckpointText({ old: 0, proof: [], note }, nodeCodec)).status).toBe(422);
  });

  test.each([
    ['bytes that are no text', Buffer.from([0xff, 0xfe])],
    ['nothing', ''],
    ['no old size', body({ old: 0, size: 5 }).replace('old 0\n', '')],
    ['a leading zero', body({ old: 0, size: 5 }).replace('old 0', 'old 00')],
    ['a negative size', body({ old: 0, size: 5 }).replace('old 0', 'old -1')],
    ['a hash that is none', body({ old: 0, size: 5 }).replace('old 0\n', 'old 0\nAAAA\n')],
    [
      '64 hashes',
      body({ old: 0, size: 5, proof: Array.from({ length: 64 }, () => leaves[0] as Uint8Array) }),
    ],
    ['no checkpoint', 'old 0\n\n'],
    ['a checkpoint without a signature', body({ old: 0, size: 5 }).replace(/\n— .*\n$/, '\n')],
    ['a checkpoint that is none', body({ old: 0, size: 5 }).replace('\n5\n', '\nfive\n')],
  ])('answers 400 to %s', (_what, text) => expect(ask(witness(), text).status).toBe(400));

  test('one bit changed anywhere in a request never moves it to another tree', () => {
    const state = witness();
    ask(state, body({ old: 0, size: 5 }));
    const text = Buffer.from(body({ old: 5, size: 8 }));
    const root = hex(bruteRoot(leaves.slice(0, 8)));
    for (let at = 0; at < text.length; at += 1) {
      const changed = Buffer.from(text);
      changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8));
      ask(state, changed);
      const seen = state.seen(LOG);
      expect(seen?.size === 5 || seen?.root === root).toBe(true);
    }
  });

  test('the example request of the specification parses', () => {
    const example = `old 20852014
PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=
jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=
5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=
/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=

example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
— example.com/behind-the-sofa opLqBQsREYCgu6xQkYQwJr9fo45a62DN9EdmHXnZdXNqlcVGlCum2Wks+49/V6267UEjw6QUXTS5Rovnzv++qbSzm9Q=
`;
    const reading = readAddCheckpoint(example, nodeCodec);
    expect(reading).toMatchObject({ kind: 'request', request: { old: 20_852_014 } });
    expect(reading.kind === 'request' && addCheckpointText(reading.request, nodeCodec)).toBe(example);
    expect(reading.kind === 'request' && readNote(reading.request.note, nodeCodec).kind).toBe('note');
    expect(ask(witness(), example).status).toBe(404);
  });

  test('T7: of two histories that grew from one, it cosigns only the first it sees', () => {
    const state = witness();
    expect(ask(state, body({ old: 0, size: 3 })).status).toBe(200);
    expect(ask(state, body({ old: 3, size: 10 })).status).toBe(200);
    expect(ask(state, body({ old: 3, size: 12, over: others })).status).toBe(409);
    expect(ask(state, body({ old: 10, size: 12, over: others })).status).toBe(422);
    expect(ask(state, body({ old: 10, size: 10, over: others })).status).toBe(409);
    expect(ask(state, body({ old: 10, size: 12 })).status).toBe(200);
  });
});

describe('T8: the memory of a witness', () => {
  test('compares and replaces in one step: a submission that was overtaken rolls nothing back', () => {
    const file = join(folder, 'shared.db');
    const one = witness('shared', file);
    const again = openWitness(file);
    if (again.kind === 'problem') throw new Error(again.problem);
    open.push(again.state);
    expect(ask(one, body({ old: 0, size: 5 })).status).toBe(200);
    // Both have checked that 5 is the newest; the larger one is stored first.
    const racing = {
      ...one,
      advance: (...args: Parameters<typeof one.advance>) => {
        expect(ask(again.state, body({ old: 5, size: 9 })).status).toBe(200);
        return one.advance(...args);
      },
    };
    expect(ask(racing, body({ old: 5, size: 7 }))).toMatchObject({
      status: 409,
      type: 'text/x.tlog.size',
      body: '9\n',
    });
    expect(one.seen(LOG)?.size).toBe(9);
    expect(again.state.seen(LOG)?.size).toBe(9);
  });

  test('is one key for life: a file that is there is not made anew', () => {
    const file = join(folder, 'once.db');
    const first = witness('once', file);
    expect(makeWitness(file, 'once')).toMatchObject({ kind: 'problem' });
    const again = openWitness(file);
    expect(again.kind === 'state' && again.state.key.key.id).toBe(first.key.key.id);
    if (again.kind === 'state') again.state.close();
  });

  test.each([
    ['there is none', join(folder, 'nowhere.db'), /there is no file/],
    ['is something else', fileURLToPath(import.meta.url), /cannot be read|is not the file of a witness/],
  ])('a file that %s is refused', (_what, file, says) => {
    expect(openWitness(file)).toMatchObject({ kind: 'problem', problem: expect.stringMatching(says) });
  });

  test('T31: killed between storing and answering, it has not forgotten, and the log catches up', async () => {
    const file = join(folder, 'dies.db');
    const state = witness('dies', file);
    const own = join(folder, 'dying');
    const grown = memoryLog();
    const keyring = await keyringIn(own);
    const [window] = keyring.windows();
    if (window === undefined) throw new Error('no key');
    const { checkpointer } = await signing(grown, keyring);
    await grown.grow(7);
    await checkpointer.stop();
    const newest = await grown.ledger.checkpoints.newest();
    if (newest === null) throw new Error('not signed');

    const script = fileURLToPath(new URL('witness-that-dies.ts', import.meta.url));
    const child = spawn(process.execPath, [script, file, vkeyText(window.key, nodeCodec)]);
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const sinkTo = (url: string) =>
      createWitnessSink({
        url,
        key: state.key.key,
        prove: createProver(grown.ledger, grown.ledger.checkpoints),
        newestSize: async () => newestSize(grown),
      });
    const signal = AbortSignal.timeout(5_000);
    expect(await sinkTo(line.toString().trim()).publish(newest, signal)).toMatchObject({ kind: 'later' });
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    expect(child.signalCode).toBe('SIGKILL');
    expect(state.seen(LOG)?.size).toBe(7);

    const running = await startWitness(
      { state, logs: [window.key], now: () => TIME },
      { host: '127.0.0.1', port: 0 },
      () => {},
    );
    open.push(running);
    expect(await sinkTo(running.url).publish(newest, signal)).toMatchObject({
      kind: 'kept',
      attachment: { kind: 'signatures' },
    });
  });
});

describe('a witness on HTTP', () => {
  async function serving(): Promise<{ readonly running: RunningWitness; readonly state: WitnessState }> {
    const state = witness();
    const running = await startWitness(
      { state, logs: [log.key], now: () => TIME },
      { host: '127.0.0.1', port: 0 },
      () => {},
    );
    open.push(running);
    return { running, state };
  }
  const post = (url: string, text: string | Buffer, path = '/add-checkpoint'): Promise<Response> =>
    fetch(`${url}${path}`, { method: 'POST', body: text });

  test('answers with the status, type and body of the specification', async () => {
    const { running } = await serving();
    const good = await post(running.url, body({ old: 0, size: 5 }));
    expect([good.status, (await good.text()).startsWith('— witness.example/w1 ')]).toEqual([200, true]);
    const stale = await post(running.url, body({ old: 0, size: 8 }));
    expect([stale.status, stale.headers.get('content-type'), await stale.text()]).toEqual([
      409,
      'text/x.tlog.size',
      '5\n',
    ]);
    expect((await post(running.url, 'x')).status).toBe(400);
    expect((await post(running.url, 'x', '/elsewhere')).status).toBe(404);
    expect((await fetch(`${running.url}/add-checkpoint`)).status).toBe(405);
  });

  test('does not read on when a request is too large', async () => {
    const { running, state } = await serving();
    const answered = await post(running.url, Buffer.alloc(2_000_000, 'x')).then(
      ({ status }) => status,
      () => 'cut off',
    );
    expect([413, 'cut off']).toContain(answered);
    expect(state.seen(LOG)).toBeNull();
    expect((await post(running.url, body({ old: 0, size: 5 }))).status).toBe(200);
  });

  test('a caller that sends nothing holds up nobody', async () => {
    const { running } = await serving();
    const { hostname, port } = new URL(running.url);
    const socket = connect(Number(port), hostname);
    socket.write('POST /add-checkpoint HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nold');
    expect((await post(running.url, body({ old: 0, size: 5 }))).status).toBe(200);
    socket.destroy();
  });

  test('many submissions at once leave the newest, and each answer is true', async () => {
    const { running, state } = await serving();
    await post(running.url, body({ old: 0, size: 5 }));
    const answers = await Promise.all(
      [6, 7, 8, 9, 10, 11, 12].map((size) => post(running.url, body({ old: 5, size }))),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(6);
    const won = answers.findIndex(({ status }) => status === 200) + 6;
    expect(state.seen(LOG)?.size).toBe(won);
  });
});

describe('a log and its witness', () => {
  async function watched(own: string, grown = memoryLog(), state = witness()) {
    const keyring = await keyringIn(own);
    const [window] = keyring.windows();
    if (window === undefined) throw new Error('no key');
    const running = await startWitness(
      { state, logs: [window.key], now: () => TIME },
      { host: '127.0.0.1', port: 0 },
      () => {},
    );
    open.push(running);
    const sink = createWitnessSink({
      url: `${running.url}/`,
      key: state.key.key,
      prove: createProver(grown.ledger, grown.ledger.checkpoints),
      newestSize: async () => newestSize(grown),
    });
    return { grown, keyring, sink, state, running };
  }

  test('keep the cosigned checkpoint together, from restart to restart', async () => {
    const own = join(folder, 'watched');
    const first = await watched(own);
    for (const count of [5, 300, 1]) {
      const { grown, sink, keyring, state } = await watched(own, first.grown, first.state);
      const { checkpointer, lines } = await signing(grown, keyring, { sinks: [sink] });
      await grown.grow(count);
      await checkpointer.stop();
      expect(lines).toEqual([]);
      const newest = await grown.ledger.checkpoints.newest();
      const [window] = keyring.windows();
      const policy = `log ${vkeyText((window ?? { key: log.key }).key, nodeCodec)}\nwitness w ${vkeyText(state.key.key, nodeCodec)}\nquorum w\n`;
      expect(openCheckpoint(newest?.note ?? '', trusted(policy), nodeCodec)).toMatchObject({
        kind: 'checkpoint',
        witnesses: [{ name: 'w' }],
      });
    }
    expect(first.state.seen(LOG)?.size).toBe(306);
  });

  test('T6: a restored log that was made to start is told so by its witness', async () => {
    const own = join(folder, 'restored');
    const { grown, sink, keyring, state } = await watched(own);
    const { checkpointer } = await signing(grown, keyring, { sinks: [sink] });
    await grown.grow(300);
    await checkpointer.stop();
    for (const [count, run, says] of [
      [200, 'a', /it has seen 300 entries and this log has fewer: the log was cut or restored/],
      [300, 'b', /it saw other entries under this log of the same size/],
      [400, 'b', /is not the beginning of it: the log was rewritten or forked/],
    ] as const) {
      const copy = logOver(memoryLog().ledger, run);
      await copy.grow(count);
      const forced = await watched(own, copy, state);
      const signed = await signing(copy, keyring, { sinks: [forced.sink] });
      await until(() => signed.lines.length > 0);
      await signed.checkpointer.stop();
      expect(signed.lines[0]).toMatch(says);
    }
    expect(state.seen(LOG)?.size).toBe(300);
  });

  test('a witness under another key than the configured one is not believed', async () => {
    const own = join(folder, 'impostor');
    const { grown, keyring, running } = await watched(own);
    const sink = createWitnessSink({
      url: running.url,
      key: testKey('witness.example/w1', 'witness', 'expected').key,
      prove: createProver(grown.ledger, grown.ledger.checkpoints),
      newestSize: async () => newestSize(grown),
    });
    const { checkpointer, lines } = await signing(grown, keyring, { sinks: [sink] });
    await grown.grow(1);
    await until(() => lines.length > 0);
    await checkpointer.stop();
    expect(lines[0]).toMatch(/not by the key in record\.witnesses/);
    expect((await grown.ledger.checkpoints.newest())?.note.match(/^— /gm)).toHaveLength(1);
  });
});

describe('cordon witness', () => {
  const cli = fileURLToPath(new URL('../../client/main.ts', import.meta.url));
  const run = (...args: readonly string[]): ChildProcess =>
    spawn(process.execPath, [cli, 'witness', ...args]);
  async function ended(child: ChildProcess): Promise<{ code: number | null; out: string; err: string }> {
    let [out, err] = ['', ''];
    child.stdout?.on('data', (data: Buffer) => (out += data.toString()));
    child.stderr?.on('data', (data: Buffer) => (err += data.toString()));
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, out, err };
  }

  test('makes a key once, watches, and ends when told', async () => {
    const file = join(folder, 'cli.db');
    const made = await ended(run('--state', file, '--new-key', 'w.example/cli'));
    expect([made.code, made.out]).toEqual([
      0,
      expect.stringMatching(/^w\.example\/cli\+[0-9a-f]{8}\+B\S+\n$/),
    ]);
    expect((await ended(run('--state', file, '--new-key', 'w.example/cli'))).code).toBe(2);
    const child = run('--state', file, '--listen', '127.0.0.1:0', '--log', log.vkey);
    const [line] = (await once(child.stderr ?? child, 'data')) as [Buffer];
    const url = /on (http:\S+)/.exec(line.toString())?.[1] ?? '';
    const answer = await fetch(`${url}/add-checkpoint`, { method: 'POST', body: body({ old: 0, size: 5 }) });
    expect(answer.status).toBe(200);
    child.kill('SIGTERM');
    expect((await ended(child)).code).toBe(0);
  }, 30_000);

  test.each([
    ['no logs', [], /name the logs to watch/],
    ['a key that is none', ['--log', 'x'], /a key is written/],
    ['an address that is none', ['--log', log.vkey, '--listen', 'here'], /takes a host and a port/],
  ])(
    'with %s says so and does not start',
    async (_what, args, says) => {
      const file = join(folder, `cli-${(files += 1)}.db`);
      witness('cli', file);
      const { code, err } = await ended(run('--state', file, ...args));
      expect([code, err]).toEqual([2, expect.stringMatching(says)]);
    },
    30_000,
  );
});
