/** What the connectors cost a worker that starts: its composition root is loaded with all of them, and with none. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Measure, Sample } from './budget.ts';

const ROUNDS = 7;
const ROOT = new URL('../worker/main.ts', import.meta.url).href;
const REAL = new URL('../activities/connectors/index.ts', import.meta.url).href;
const NONE = 'export const createConnectors = () => [];';

/** In a process of its own, since a module is loaded once. All connectors are made as well, configured or not. */
function script(connectors: boolean): string {
  const every = new URL('../activities/connectors/shipped.ts', import.meta.url).href;
  const settings =
    '{ googleWorkspace: null, microsoftGraph: null, notify: null, network: null, endpoint: null, router: null, http: null, defender: null, report: {} }';
  return `
    import { registerHooks } from 'node:module';
    if (${String(!connectors)}) registerHooks({
      load: (url, context, next) => url === ${JSON.stringify(REAL)}
        ? { format: 'module', source: ${JSON.stringify(NONE)}, shortCircuit: true }
        : next(url, context),
    });
    const from = performance.now();
    await import(${JSON.stringify(ROOT)});
    const { shipped } = await import(${JSON.stringify(every)});
    const made = shipped(${settings}).connectors.length;
    console.log(JSON.stringify({ ms: performance.now() - from, made }));`;
}

function load(connectors: boolean): number {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ['--input-type=module', '-e', script(connectors)],
    { cwd: fileURLToPath(new URL('..', import.meta.url)), encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`a worker's modules could not be loaded: ${stderr.slice(0, 500)}`);
  const { ms, made } = JSON.parse(stdout) as { readonly ms: number; readonly made: number };
  if (made > 0 !== connectors) throw new Error(`${made} connectors were made where that was not to be`);
  return ms;
}

export async function measureStartup(say: (line: string) => void): Promise<readonly Measure[]> {
  say('loading a worker with all connectors, and with none');
  load(true);
  load(false);
  const samples: Sample[] = Array.from({ length: ROUNDS }, () => ({ ours: load(true), bare: load(false) }));
  return [
    {
      id: 'startup',
      what: 'a worker’s modules, with all connectors and with none',
      unit: 'ms',
      samples,
      budget: { of: 'ratio', bound: 'at_most', limit: 1.3 },
    },
  ];
}
