import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { CreateIncidentReport } from '../../activities/catalogue/device.ts';
import { DocumentChanges } from '../../activities/catalogue/router.ts';
import type { Answer, CallContext } from '../../activities/connectors/connector.ts';
import { createReport, type RunRecord } from '../../activities/connectors/report/index.ts';
import { openLocalEvidence } from '../../activities/evidence/local.ts';
import { EvidenceError, type EvidenceArchive } from '../../activities/evidence/store.ts';
import { createMemoryLedger } from '../../activities/stores/index.ts';
import type { Ledger } from '../../activities/stores/ledger.ts';
import { sha256Hex } from '../../activities/stores/codec.ts';
import { canonical } from '../../workflows/audit/canonical.ts';
import type { JsonObject } from '../../workflows/language/json.ts';
import type { StampedFact } from '../../workflows/walk/fact.ts';
import { RUN } from '../activities/samples.ts';
import { createCall } from './call.ts';

const EVIL = `<script>alert(1)</script><img src=x onerror=alert(2)>[x](javascript:alert(3)) | "' & \`code\` \u202e`;
let folder: string;
let evidence: EvidenceArchive;
let ledger: Ledger;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cordon-report-'));
  evidence = await openLocalEvidence(folder);
  ledger = createMemoryLedger();
});
afterEach(() => rmSync(folder, { recursive: true }));

const fact = (event: StampedFact['event'], task: string | null, details: JsonObject): StampedFact => ({
  event,
  task,
  details,
  at: Date.UTC(2026, 0, 2, 3, 4, 5),
  coordinate: `${event}/${task ?? 'run'}`,
});

async function tellOfRun(): Promise<string> {
  const task = (name: string, type: string, reversibility: string) => ({ name, type, reversibility });
  const text = canonical({
    tasks: [
      task('isolate', 'IsolateEndpoint', 'A'),
      task('kill', 'TerminateProcesses', 'C'),
      task('wait', 'NotifyTeam', 'C'),
      task('a_task', 'CreateIncidentReport', 'none'),
    ],
  });
  const digest = sha256Hex(text);
  await ledger.put({ kind: 'plan', digest, text });
  const facts = [
    fact('playbook_started', null, { playbook: RUN.playbook }),
    fact('vote_counted', 'kill', {
      by: 'dana@corp.example',
      assurance: 'V1',
      reason: EVIL,
      card: 'c'.repeat(64),
    }),
    fact('task_completed', 'isolate', { status: 'completed' }),
    fact('task_failed', 'kill', { status: 'failed', code: 'state_moved', message: EVIL }),
  ];
  await ledger.append(facts.map((one) => ({ run: RUN, fact: one })));
  await evidence.put({
    caseId: 'INC-7',
    task: 'collect',
    name: EVIL,
    mediaType: 'text/plain',
    bytes: Buffer.from('seen'),
  });
  return digest;
}

const record = (): RunRecord => ({
  byRun: (chain) => ledger.byRun(chain),
  plan: (digest) => ledger.get('plan', digest),
});

async function write(
  type: 'CreateIncidentReport' | 'DocumentChanges',
  input: JsonObject,
  over: Partial<CallContext> = {},
  link?: string,
): Promise<Answer<JsonObject>> {
  const contract = type === 'CreateIncidentReport' ? CreateIncidentReport : DocumentChanges;
  const { performs } = createReport(link === undefined ? {} : { link }, evidence, record());
  const answer = await performs[type]?.perform(contract.input.parse(input), createCall(new Map(), over));
  if (answer?.kind === 'done') contract.output.parse(answer.output);
  return answer as Answer<JsonObject>;
}

const INCIDENT = {
  case_id: 'INC-7',
  device_id: 'host-0042',
  findings: `first line\n\n# heading ${EVIL}`,
  indicators: [{ type: 'domain', value: `c2.evil.example${EVIL}` }],
};

async function stored(name: string): Promise<string> {
  const [log] = await evidence.custody('INC-7');
  const lines = (log?.lines ?? []).map(
    (line) => JSON.parse(Buffer.from(line).toString()) as { name: string; sha256: string },
  );
  const line = lines.findLast((one) => one.name === name);
  return Buffer.from((await evidence.get(line?.sha256 ?? '')) ?? []).toString();
}

describe('an incident report', () => {
  test('is kept by hash in two forms, and says where to read it and when it was written', async () => {
    const planDigest = await tellOfRun();
    const run = { ...RUN, planDigest };
    const answer = await write('CreateIncidentReport', INCIDENT, { run }, 'https://soc.example/e/{sha256}');
    const output = answer.kind === 'done' ? answer.output : {};
    const bytes = await evidence.get(output['report'] as string);
    expect(Buffer.from(bytes ?? []).toString()).toMatch(/^<!doctype html>/);
    expect(output['report_url']).toBe(`https://soc.example/e/${output['report'] as string}`);
    expect(output['timestamp']).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/);
    expect(await stored('report.md')).toMatch(/^# Incident report: host-0042/);
  });

  test('tells timeline, outcomes, undo, approvals, evidence, and the entry it reaches to', async () => {
    const run = { ...RUN, planDigest: await tellOfRun() };
    await write('CreateIncidentReport', INCIDENT, { run });
    const page = await stored('report.html');
    const evidenceHash = sha256Hex('seen');
    for (const words of [
      '<td>isolate</td><td>IsolateEndpoint</td><td>completed</td><td>can be undone exactly</td>',
      '<td>kill</td><td>TerminateProcesses</td><td>failed</td>',
      '<td>wait</td><td>NotifyTeam</td><td>not settled yet</td>',
      '<td>a_task</td><td>CreateIncidentReport</td><td>being written</td>',
      '<td>V1</td>',
      'c'.repeat(64),
      evidenceHash,
      'playbook started',
      '2026-01-02T03:04:05',
      'up to entry 3, leaf ',
    ])
      expect(page).toContain(words);
  });

  test('says of each effect whether it can be taken back, and how', async () => {
    const run = { ...RUN, planDigest: await tellOfRun() };
    const page = async (details: JsonObject): Promise<string> => {
      const called = fact('connector_called', 'isolate', { attempt: 1, result: 'done', ...details });
      const coordinate = `called/${JSON.stringify(details)}`;
      await ledger.append([{ run: RUN, fact: { ...called, coordinate } }]);
      await write('CreateIncidentReport', INCIDENT, { run });
      return stored('report.html');
    };
    const saved = await page({ undo: 'B', saved: 'd'.repeat(64) });
    expect(saved).toContain('<td>completed</td><td>can be undone with loss</td>');
    expect(saved).toContain(`is taken back by: cordon undo ${RUN.workflowId}`);
    const unkept = await page({ undo: 'A', saved: null });
    expect(unkept).toContain('<td>cannot be undone: how it was before could not be kept</td>');
    const unchanged = await page({});
    expect(unchanged).toContain('<td>nothing to undo: it found all as wanted</td>');
    expect(unchanged).not.toContain('cordon undo');
  });

  test('brings no name back that can be erased from the record', async () => {
    const run = { ...RUN, planDigest: await tellOfRun() };
    await write('CreateIncidentReport', INCIDENT, { run });
    for (const name of ['report.html', 'report.md']) expect(await stored(name)).not.toContain('dana');
  });

  test('what a stranger wrote is text, in HTML and in Markdown', async () => {
    const run = { ...RUN, planDigest: await tellOfRun() };
    await write('CreateIncidentReport', INCIDENT, { run });
    const page = await stored('report.html');
    expect(page).not.toMatch(/<script|<img|\u202e/i);
    expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(page).toMatch(/Content-Security-Policy" content="default-src 'none'; style-src 'sha256-[^']+';/);
    expect(page).not.toMatch(/<[^>]*\s(src|href|on\w+)=/i);
    const text = await stored('report.md');
    expect(text).not.toMatch(/(?<!\\)<script|(?<!\\)\[x|\n# heading/);
  });

  test('without a record there is a report still, of what was handed over', async () => {
    expect((await write('CreateIncidentReport', { ...INCIDENT, indicators: [] })).kind).toBe('done');
  });

  test('written again, it stands beside the first', async () => {
    const first = await write('CreateIncidentReport', INCIDENT);
    await new Promise((resolve) => setTimeout(resolve, 5));
    const second = await write('CreateIncidentReport', INCIDENT);
    expect(second).not.toEqual(first);
    expect([first.kind, second.kind]).toEqual(['done', 'done']);
  });

  test('a store that cannot keep it is tried again', async () => {
    evidence = { ...evidence, put: () => Promise.reject(new EvidenceError('evidence_storage', 'full')) };
    expect(await write('CreateIncidentReport', INCIDENT)).toMatchObject({
      kind: 'try_again',
      fault: { code: 'evidence_storage' },
    });
  });

  test('a link without a place for the hash is no configuration', () => {
    expect(() => createReport({ link: 'https://soc.example/' }, evidence, record())).toThrow(/{sha256}/);
  });
});

test('a document of changes says what was changed since which backup', async () => {
  const answer = await write('DocumentChanges', {
    router_ip: '192.0.2.10',
    case_id: 'INC-7',
    changes: ['telnet is off', EVIL],
    timestamp: '2026-01-02T03:04:05Z',
  });
  expect(answer.kind).toBe('done');
  const text = await stored('report.md');
  expect(text).toContain('telnet is off');
  expect(text).toContain('2026-01-02T03:04:05Z');
});
