import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, jest, test } from '@jest/globals';
import { contracts } from '../../activities/catalogue/index.ts';
import { GROUPS } from '../../client/commands.ts';
import { runCordon } from '../command-line.ts';

/** Each command is a process of its own, and the machine may be busy. */
jest.setTimeout(60_000);

const ROOT = resolve(import.meta.dirname, '../..');
const FOLDER = mkdtempSync(join(tmpdir(), 'cordon-cli-'));
/** In the checkout. */
const cordon = (args: readonly string[], env: { readonly [name: string]: string } = {}) =>
  runCordon(args, { cwd: ROOT, env });

function playbook(name: string, text: string): string {
  const file = join(FOLDER, name);
  writeFileSync(file, text);
  return file;
}

const GOOD = playbook(
  'good.yaml',
  `id: good
context: { target_email: email }
tasks:
  proof: { type: ProofOfControl, inputs: { account_email: "{{ target_email }}" } }
  filters: { type: ListFilters, needs: [proof], inputs: { user_email: "{{ target_email }}" } }
  end:
    type: DeleteFilter
    needs: { filters: [completed] }
    approval_required: true
    inputs: { user_email: "{{ target_email }}", filter_ids: "{{ filters.output.suspicious_ids }}" }
`,
);
const BAD = playbook('bad.yaml', 'id: bad\ntasks:\n  a: { type: ProofOfControll, neds: [] }\n');

describe('validate', () => {
  test('says yes to what is valid, with exit code 0', async () => {
    const { code, out, err } = await cordon(['validate', GOOD]);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toBe(`✓ ${GOOD}: good, 3 tasks in 3 layers\n`);
  });

  test('tells every problem with file, line, column and remedy, with exit code 2', async () => {
    const { code, out } = await cordon(['validate', GOOD, BAD]);
    expect(code).toBe(2);
    expect(out).toContain(`${BAD}:3:31 unknown_field`);
    expect(out).toContain('→ Did you mean `needs`?');
  });

  test('as JSON, with one entry per file, also for a file that is not there', async () => {
    const { code, out } = await cordon(['validate', '--json', GOOD, BAD, 'nowhere.yaml']);
    expect(code).toBe(2);
    expect(JSON.parse(out)).toMatchObject({
      files: [
        { file: GOOD, valid: true, id: 'good', problems: [] },
        {
          file: BAD,
          valid: false,
          problems: [{ code: 'unknown_field', line: 3, remedy: expect.any(String) }],
        },
        { file: 'nowhere.yaml', valid: false, problems: [{ code: 'unreadable' }] },
      ],
    });
  });
});

describe('plan', () => {
  test('shows layers, inputs, targets, verdicts and approvals due', async () => {
    const given = ['--case', 'CASE-7', '--context', 'target_email=jo@corp.example'];
    const { code, out, err } = await cordon(['plan', GOOD, ...given]);
    expect(code).toBe(0);
    expect(out).toContain(`  end
    would run     DeleteFilter through google-workspace; can be undone, with
                  loss
    needs         filters (completed)
    on            jo@corp.example
    inputs        {
                    "filter_ids": "{{ filters.output.suspicious_ids }}",
                    "user_email": "jo@corp.example"
                  }
    policy        needs approval: `);
    expect(out).toMatch(/^approvals due +end$/m);
    expect(err).toContain('not configured here: google-workspace');
    expect(out.split('\n').every((line) => line.length <= 80)).toBe(true);
  });

  test('as JSON, with what is known and what is not; the provider follows from the account', async () => {
    const { code, out } = await cordon([
      'plan',
      GOOD,
      '--json',
      '--context',
      'target_email=jo@contoso.example',
    ]);
    expect(code).toBe(0);
    const plan = JSON.parse(out) as { readonly tasks: readonly object[] };
    expect(plan).toMatchObject({ digest: expect.stringMatching(/^[0-9a-f]{64}$/), approvals_due: ['end'] });
    expect(plan.tasks).toMatchObject([
      { name: 'proof', connector: 'microsoft-graph', inputs_known: true, targets: ['jo@contoso.example'] },
      { name: 'filters', inputs_known: true, verdict: { effect: 'allow' } },
      { name: 'end', inputs_known: false, verdict: { effect: 'needs_approval' } },
    ]);
  });

  test('without a context it shows what was written, and a protected account is denied beforehand', async () => {
    const [bare, denied] = await Promise.all([
      cordon(['plan', GOOD, '--json', '--provider', 'google-workspace']),
      cordon(['plan', GOOD, '--context', 'target_email=ceo@corp.example']),
    ]);
    expect(JSON.parse(bare.out)).toMatchObject({
      tasks: [
        { connector: 'google-workspace', inputs: { account_email: '{{ target_email }}' }, targets: null },
        {},
        {},
      ],
    });
    expect(denied.out).toMatch(/^denied +proof, filters, end$/m);
  });

  test('refuses what cannot be, with exit code 2 and nothing on stdout', async () => {
    const unknown = await cordon(['plan', 'email_takeover_v2']);
    expect(unknown).toMatchObject({ code: 2, out: '' });
    expect(unknown.err).toContain('Did you mean `email_takeover_v1`?');
    const provider = await cordon(['plan', GOOD, '--provider', 'google-worcspace']);
    expect(provider).toMatchObject({ code: 2, out: '' });
    expect(provider.err).toContain('Did you mean `google-workspace`?');
  });
});

describe('graph and schema', () => {
  test('graph is Mermaid text that no task name can break', async () => {
    const { code, out } = await cordon(['graph', GOOD]);
    expect({ code, out }).toEqual({
      code: 0,
      out: `---
title: "good (1)"
---
flowchart TD
  t0["proof<br/>ProofOfControl"]
  t1["filters<br/>ListFilters"]
  t2{{"end<br/>DeleteFilter<br/>needs approval"}}
  t0 --> t1
  t1 -. "completed" .-> t2
  classDef approval stroke-width:3px
  class t2 approval
`,
    });
  });

  test('schema offers the task types there are', async () => {
    const { code, out } = await cordon(['schema']);
    expect(code).toBe(0);
    for (const type of contracts.keys()) expect(out).toContain(`"${type}"`);
  });
});

describe('the command line', () => {
  test('help names every command, and each has a file of its own', async () => {
    const { code, out } = await cordon(['--help']);
    expect(code).toBe(0);
    for (const [heading, commands] of GROUPS) {
      expect(out).toContain(heading);
      for (const { name, summary } of commands)
        expect(out).toMatch(new RegExp(`^  ${name} .*${summary.slice(0, 20)}`, 'm'));
    }
  });

  test('wrong usage ends with 2 and says what is expected', async () => {
    expect(await cordon(['shw'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('Did you mean show?'),
    });
    expect(await cordon([])).toMatchObject({ code: 2, out: '' });
    expect(await cordon(['run', 'email_takeover_v1'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('--case'),
    });
    expect(await cordon(['approve', 'r', 't', '--as', 'bo'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('--reason'),
    });
    expect(
      await cordon(['approve', 'r', 't', '--as', 'bo', '--reason', 'x', '--digest', 'xyz']),
    ).toMatchObject({ code: 2 });
  });

  test('a run that could not be is refused before a server is asked', async () => {
    const run = ['run', 'email_takeover_v1', '--case', 'CASE-7'];
    expect(await cordon(run)).toMatchObject({
      code: 2,
      err: expect.stringContaining('"target_email" is missing'),
    });
    expect(await cordon(['run', 'email_takeover_v1', '--case', '../x'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('--case'),
    });
  });

  test('a faulty configuration is told with exit code 2', async () => {
    expect(await cordon(['list'], { CORDON_MODE: 'prod' })).toEqual({
      code: 2,
      out: '',
      err: '✗ CORDON_MODE must be development or production\n',
    });
  });

  test('a server that does not answer is told with its address and how to start one, with exit code 1', async () => {
    // Port 1 is reserved and nothing listens there.
    const { code, out, err } = await cordon(['list', '--json'], { TEMPORAL_ADDRESS: '127.0.0.1:1' });
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toContain('no Temporal server answers at 127.0.0.1:1');
    expect(err).toContain('npm run -s cordon -- dev');
  });

  test('a record that is not there is told with exit code 1', async () => {
    expect(await cordon(['audit', 'verify', join(FOLDER, 'none.db')])).toMatchObject({
      code: 1,
      out: '',
    });
  });

  test('an empty folder of histories is no success', async () => {
    expect(await cordon(['replay', mkdtempSync(join(tmpdir(), 'cordon-none-'))])).toMatchObject({
      code: 1,
      out: '',
    });
  });
});
