/** Commands that look at what a deployment keeps, each in a process of its own. */
import { chmodSync, existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, jest, test } from '@jest/globals';
import { contracts } from '../../activities/catalogue/index.ts';
import { runCordon, type Surroundings } from '../command-line.ts';
import { sha256 } from '../contracts/evidence.ts';
import { connectorTable } from '../docs/connector-table.ts';
import { startVaultDouble } from '../secrets/vault-double.ts';
import { NOTHING_CONFIGURED } from '../docs/task-type-table.ts';

jest.setTimeout(60_000);

const folder = mkdtempSync(join(tmpdir(), 'cordon-keeping-'));

const cordon = (args: readonly string[], surroundings: Omit<Surroundings, 'cwd'> = {}) =>
  runCordon(args, { cwd: folder, ...surroundings });

test('evidence: a file is added, listed, verified and fetched; once it was altered, that is told', async () => {
  const file = join(folder, 'memory.img');
  writeFileSync(file, 'what was in memory');
  const hash = sha256('what was in memory');
  expect(await cordon(['evidence', 'add', file, '--case', 'CASE-7'])).toMatchObject({
    code: 0,
    out: `${hash}  memory.img\n`,
  });
  const listed = await cordon(['evidence', 'list', '--case', 'CASE-7', '--json']);
  expect(JSON.parse(listed.out)).toMatchObject({
    items: [{ case: 'CASE-7', task: 'by hand', name: 'memory.img', sha256: hash, bytes: 18 }],
  });
  const fetched = join(folder, 'fetched');
  expect((await cordon(['evidence', 'get', hash, '--out', fetched])).code).toBe(0);
  expect(readFileSync(fetched, 'utf8')).toBe('what was in memory');
  expect(await cordon(['evidence', 'get', hash, '--out', fetched])).toMatchObject({
    code: 2,
    err: expect.stringContaining('EEXIST'),
  });
  expect((await cordon(['evidence', 'verify'])).out).toMatch(
    /1 items and 1 lines of custody in 1 cases hold/,
  );
  const stored = join(folder, '.cordon/evidence/sha256', hash);
  chmodSync(stored, 0o600);
  writeFileSync(stored, 'what was NOT there');
  const verdict = await cordon(['evidence', 'verify', '--json']);
  expect(verdict.code).toBe(1);
  expect(JSON.parse(verdict.out)).toMatchObject({
    verified: false,
    troubles: [{ what: `${hash} was altered` }],
  });
  const refused = join(folder, 'refused');
  expect((await cordon(['evidence', 'get', hash, '--out', refused])).code).toBe(1);
  expect(existsSync(refused)).toBe(false);
});

describe('connectors', () => {
  test('every action says how it can be undone, repeated and limited, and what it needs', async () => {
    const { out, code } = await cordon(['connectors', '--json']);
    expect(code).toBe(0);
    const { connectors } = JSON.parse(out) as {
      connectors: {
        connector: string;
        actions: { task_type: string; undo: boolean; reversibility: string }[];
      }[];
    };
    expect(connectors.map(({ connector }) => connector)).toEqual(
      expect.arrayContaining(['google-workspace', 'microsoft-graph', 'notify', 'http', 'defender', 'report']),
    );
    for (const { actions } of connectors)
      for (const action of actions) {
        expect(contracts.has(action.task_type)).toBe(true);
        expect(Object.keys(action).sort()).toEqual(
          ['repeat', 'reversibility', 'scopes', 'summary', 'task_type', 'timeout_seconds', 'undo'].sort(),
        );
        if (action.undo) expect(['A', 'B']).toContain(action.reversibility);
      }
    // What an account lost can be given back wherever the class says so.
    for (const { connector, actions } of connectors)
      if (connector === 'google-workspace' || connector === 'microsoft-graph')
        for (const { undo, reversibility, task_type } of actions)
          expect([task_type, undo]).toEqual([task_type, reversibility === 'A' || reversibility === 'B']);
    const shown = (await cordon(['connectors'])).out;
    expect(shown).toMatch(/IsolateEndpoint +A +marker +900 s +Machine\.Isolate/);
    expect(shown).toContain('scopes stand below https://www.googleapis.com/auth/\n');
    expect(shown).toMatch(/SuspendAccount +A +natural +60 s +admin\.directory\.user\n/);
  });

  test('the table for documents has a row for each', () => {
    const table = connectorTable(NOTHING_CONFIGURED);
    expect(table).toContain('| report | `CreateIncidentReport`, `DocumentChanges` | none | – |');
    expect(table).toMatch(/\| defender \| `IsolateEndpoint`, .* \| none, A, C \| .*`Machine\.Isolate`/);
  });
});

test('secrets: what is put into the vault is listed and never shown', async () => {
  const vault = await startVaultDouble();
  const config = join(folder, 'vault.yaml');
  writeFileSync(
    config,
    `secrets:\n  vault: { url: "${vault.url}", token: secret://env/CORDON_SECRET_VAULT }\n`,
  );
  const env = { CORDON_CONFIG: config, CORDON_SECRET_VAULT: vault.rootToken };
  const put = await cordon(['secrets', 'put', 'soc/edr#token'], { env, input: 'canary-put-value-1\n' });
  expect(put).toMatchObject({ code: 0, out: '', err: expect.stringContaining('version 1') });
  const again = await cordon(['secrets', 'put', 'soc/edr#user'], { env, input: 'canary-put-value-2' });
  expect(again.err).toContain('version 2');
  expect(await cordon(['secrets', 'list', 'soc', '--json'], { env })).toMatchObject({
    out: expect.stringContaining('"edr"'),
  });
  expect((await cordon(['secrets', 'delete', 'soc/edr'], { env })).code).toBe(0);
  const wrong = { ...env, CORDON_SECRET_VAULT: 'canary-wrong-token' };
  const denied = await cordon(['secrets', 'list'], { env: wrong });
  expect(denied).toMatchObject({ code: 1, err: expect.stringContaining('the vault refused') });
  for (const { out, err } of [put, again, denied]) expect(out + err).not.toContain('canary');
  expect((await cordon(['secrets', 'list'])).err).toContain('configure secrets.vault');
  await vault.close();
});
