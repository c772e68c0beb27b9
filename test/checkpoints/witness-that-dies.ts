/** A witness that is killed after it stored a checkpoint and before it answers. Arguments: state file, vkey. */
import { startWitness } from '../../activities/witness/server.ts';
import { openWitness } from '../../activities/witness/state.ts';
import { nodeCodec } from '../../activities/stores/codec.ts';
import { readVerifierKey } from '../../workflows/audit/verifier-key.ts';

const [, , file = '', vkey = ''] = process.argv;
const opened = openWitness(file);
const key = readVerifierKey(vkey, nodeCodec);
if (opened.kind === 'problem' || key.kind === 'refused') throw new Error('it cannot start');
const { state } = opened;
const deadly = {
  ...state,
  advance(...args: Parameters<typeof state.advance>): boolean {
    const advanced = state.advance(...args);
    process.kill(process.pid, 'SIGKILL');
    return advanced;
  },
};
const running = await startWitness(
  { state: deadly, logs: [key.key], now: () => 1 },
  { host: '127.0.0.1', port: 0 },
  () => {},
);
process.stdout.write(`${running.url}\n`);
