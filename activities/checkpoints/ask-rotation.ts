/** Asks for another signing key: the half of a change of keys that a person does. */
import { vkeyText } from '../../workflows/audit/verifier-key.ts';
import { nodeCodec } from '../stores/codec.ts';
import { alone } from './alone.ts';
import { realDisk, replaceDurably, type Disk } from './disk.ts';
import { makeKeyPair, seedText } from './key-pair.ts';
import { keyringBytes, readKeyring } from './keyring-file.ts';
import { OVERLAP } from './keyring.ts';

/** Asks for a change of keys; whoever signs the log makes it at its next turn. A problem, or null. */
export async function askForRotation(
  path: string,
  overlap = OVERLAP,
  disk: Disk = realDisk,
): Promise<string | null> {
  // The lock lies beside the file, so there must be a folder.
  if ((await readKeyring(path)).kind === 'absent') return absent(path);
  const asked = await alone(path, async () => ask(path, overlap, disk));
  return asked === null ? 'the keys are being changed just now; try again' : asked.problem;
}

async function ask(path: string, overlap: number, disk: Disk): Promise<{ readonly problem: string | null }> {
  const reading = await readKeyring(path);
  if (reading.kind === 'absent') return { problem: absent(path) };
  if (reading.kind === 'problem') return { problem: reading.problem };
  const { file } = reading;
  if (file.next !== null)
    return { problem: 'a change of keys was asked for already; a running worker makes it' };
  const pair = makeKeyPair(file.log, 'log');
  const next = { vkey: vkeyText(pair.key, nodeCodec), private: seedText(pair), overlap, statement: null };
  await replaceDurably(path, keyringBytes({ ...file, next }), disk);
  return { problem: null };
}

function absent(path: string): string {
  return `there is no file ${path}; start a worker first, which makes it`;
}
