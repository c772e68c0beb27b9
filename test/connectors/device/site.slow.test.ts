/** The two device playbooks against the whole simulated site, in the order of their layers, through the shipped configuration. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { stringify } from 'yaml';
import { contracts, createCatalogue } from '../../../activities/catalogue/index.ts';
import type { Connector } from '../../../activities/connectors/connector.ts';
import { createConnectors } from '../../../activities/connectors/index.ts';
import { SITE, startSite, type Site } from '../../../simulators/device/site.ts';
import { loadConfig } from '../../../worker/config.ts';
import { compilePlaybook } from '../../../workflows/language/compile.ts';
import { isObject, type Json, type JsonObject } from '../../../workflows/language/json.ts';
import { parsePlaybook } from '../../../workflows/language/parse.ts';
import { formatProblems } from '../../../workflows/language/problem.ts';
import { resolveTemplate } from '../../../workflows/language/template.ts';
import { openLocalEvidence } from '../../../activities/evidence/local.ts';
import { callWith, createVault } from './world.ts';

const folder = mkdtempSync(join(tmpdir(), 'cordon-site-'));
let site: Site;
let connectors: readonly Connector[];
const vault = createVault();
const evidence = await openLocalEvidence(join(folder, 'evidence'));
const record = { byRun: async function* () {}, plan: async () => null };

beforeEach(async () => {
  site = await startSite();
  const file = join(folder, 'cordon.yaml');
  const connectorsOf = site.settings((_name, value) => vault.keep(value));
  writeFileSync(file, stringify({ mode: 'development', connectors: connectorsOf }));
  const loaded = loadConfig({ file, env: {} });
  if (loaded.kind === 'problems') throw new Error(loaded.problems.join('\n'));
  connectors = createConnectors(loaded.config.connectors, { evidence, record, egress: {} });
});
afterEach(async () => {
  await site.close();
  rmSync(join(folder, 'cordon.yaml'), { force: true });
});

/** Every task in layer order; what no connector here performs gives the output of `elsewhere`. */
async function walk(
  id: string,
  context: JsonObject,
  elsewhere: { readonly [type: string]: JsonObject },
): Promise<{ readonly [task: string]: Json }> {
  const file = resolve(import.meta.dirname, '../../../playbooks', `${id}.yaml`);
  const parsed = parsePlaybook(readFileSync(file), file);
  if (parsed.kind === 'problems') throw new Error(formatProblems(parsed.problems));
  const compiled = compilePlaybook(parsed.playbook, createCatalogue(connectors), {
    file,
    locate: parsed.locate,
  });
  if (compiled.kind === 'problems') throw new Error(formatProblems(compiled.problems));
  const { plan } = compiled;
  const outputs: { [task: string]: JsonObject } = {};
  for (const name of plan.layers.flat()) {
    const task = plan.tasks.find((one) => one.name === name);
    const type = contracts.get(task?.type ?? '');
    if (task === undefined || type === undefined) throw new Error(`no task ${name}`);
    const names: { readonly [name: string]: Json } = {
      ...context,
      case_id: 'CASE-1',
      ...Object.fromEntries(Object.entries(outputs).map(([one, output]) => [one, { output }])),
    };
    const resolved = resolveTemplate(task.inputs, (root) => names[root]);
    if (resolved.kind !== 'value' || !isObject(resolved.value))
      throw new Error(`${name}: ${JSON.stringify(resolved)}`);
    const input = type.input.parse(resolved.value) as JsonObject;
    const performance = connectors.find((one) => Object.hasOwn(one.performs, task.type))?.performs[task.type];
    if (performance === undefined) {
      outputs[name] = type.output.parse(elsewhere[task.type]) as JsonObject;
      continue;
    }
    const key = name.padEnd(64, '0').replace(/_/g, '-');
    const answer = await performance.perform(input, callWith(vault, { key, caseId: 'CASE-1', task: name }));
    if (answer.kind === 'action_required') outputs[name] = type.output.parse(answer.onceDone) as JsonObject;
    else if (answer.kind === 'done') outputs[name] = type.output.parse(answer.output) as JsonObject;
    else throw new Error(`${name}: ${JSON.stringify(answer)}`);
  }
  return outputs;
}

const HASH = 'a'.repeat(64);

describe('the simulated site', () => {
  test('device_compromise_v1: what is detected is what is isolated, kept, ended and blocked', async () => {
    const outputs = await walk('device_compromise_v1', site.deviceContext('#soc'), {
      CreateIncidentReport: { report: HASH, report_url: `evidence://${HASH}` },
      NotifyTeam: { message_id: 'm1' },
    });
    expect(outputs['terminate_processes']).toEqual({ terminated: [4711, 4712], already_gone: [] });
    expect(outputs['block_c2_domains']).toEqual({ blocked: ['evil.example'], already_blocked: [] });
    expect(outputs['network_isolate']).toEqual({ isolated: true, previous_vlan: 10 });
    expect(site.describe()).toMatchObject({
      host: { processes: [{ pid: 812 }] },
      switch: { vnet3: SITE.quarantine },
      resolver: { 'evil.example': 'always_nxdomain' },
    });
  });

  test('router_lockdown_v1: the router ends up closed, updated and verified', async () => {
    const context = site.routerContext((_name, value) => vault.keep(value));
    const outputs = await walk('router_lockdown_v1', context, {
      DocumentChanges: { document: HASH, document_url: `evidence://${HASH}` },
    });
    expect(outputs['scan_vulnerabilities']).toMatchObject({
      findings: [{ id: 'open-https' }, { id: 'enabled-https' }],
    });
    expect(outputs['verify_hardening']).toMatchObject({ passed: true, failed_items: [] });
    expect(outputs['update_firmware']).toMatchObject({ version: '23.05.3', checksum_verified: true });
    expect(site.describe()).toMatchObject({
      router: { version: '23.05.3', services: ['https'], password_changed: true },
    });
  }, 20_000);
});
