/** The examples of the document, run as they stand: what they print must count. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { createSignatureAttestor } from '../../activities/approvals/signature.ts';
import { readMessage } from '../../workflows/walk/message.ts';
import type { Json } from '../../workflows/language/json.ts';
import { writeNewKey } from '../../client/keys/key-file.ts';
import { RUN, START } from '../activities/samples.ts';
import { temporaryFolder } from '../audit/samples.ts';
import { rostersFrom, writeRoster } from './people.ts';

const folder = temporaryFolder();
const document = readFileSync(resolve(import.meta.dirname, '../../docs/approvals.md'), 'utf8');
const example = (language: string): string =>
  new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\`$`, 'm').exec(document)?.[1] ?? '';

const KEY = join(folder, 'bo.pem');
const made = writeNewKey(KEY, null);
if (made.kind !== 'key') throw new Error('no key');
const rosters = rostersFrom(writeRoster(folder, [{ id: 'bo', key: made.key }]));
const given = {
  TASK: 'rotate_password',
  DIGEST: 'c'.repeat(64),
  BY: 'bo',
  REASON: 'confirmed by phone',
  KEY,
};

async function attested(payload: string): Promise<unknown> {
  const reading = readMessage('approve', JSON.parse(payload) as Json);
  if (reading.kind === 'malformed') throw new Error(reading.code);
  const { message } = reading;
  const subject = { digest: given.DIGEST, text: '' };
  const proof = message.proof ?? { kind: 'none' };
  return createSignatureAttestor(rosters).attest({ message, proof, subject, run: RUN, at: START });
}

describe('an approval signed without us', () => {
  test('with nothing but OpenSSL counts', async () => {
    const printed = execFileSync('bash', ['-euc', example('bash')], {
      cwd: folder,
      env: { ...process.env, ...given },
      encoding: 'utf8',
    });
    expect(await attested(printed)).toMatchObject({ kind: 'person', person: 'bo', assurance: 'V3' });
  });

  test('with a few lines of Node counts', async () => {
    const file = join(folder, 'sign.mjs');
    writeFileSync(file, example('js'));
    const words = [KEY, given.TASK, given.DIGEST, given.BY, given.REASON];
    const printed = execFileSync(process.execPath, [file, ...words], { encoding: 'utf8' });
    expect(await attested(printed)).toMatchObject({ kind: 'person', person: 'bo', assurance: 'V3' });
  });

  test('with one letter of the reason changed does not (control)', async () => {
    const file = join(folder, 'sign.mjs');
    writeFileSync(file, example('js'));
    const words = [KEY, given.TASK, given.DIGEST, given.BY, given.REASON];
    const printed = execFileSync(process.execPath, [file, ...words], { encoding: 'utf8' });
    expect(await attested(printed.replace('by phone', 'by phont'))).toMatchObject({
      code: 'signature_wrong',
    });
  });
});
