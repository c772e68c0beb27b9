/**
 * The simulator in a process of its own, for runs in which other processes are killed:
 * `node simulators/google/main.ts [--port N] [--effects FILE] [--key FILE] [--domain D] [--account EMAIL]…`
 * Prints one line of JSON when it listens. `--key` names the key file: used when it exists, else written.
 */
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startGoogleSimulator } from './simulator.ts';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    effects: { type: 'string' },
    key: { type: 'string' },
    domain: { type: 'string' },
    account: { type: 'string', multiple: true, default: [] },
  },
});

const keyPath = values.key ?? join(mkdtempSync(join(tmpdir(), 'cordon-google-')), 'key.json');
const simulator = await startGoogleSimulator({
  port: Number(values.port),
  accounts: values.account.map((email) => ({ email })),
  ...(values.domain === undefined ? {} : { domain: values.domain }),
  ...(values.effects === undefined ? {} : { effectsFile: values.effects }),
  ...(existsSync(keyPath) ? { keyFile: readFileSync(keyPath, 'utf8') } : {}),
});
if (!existsSync(keyPath)) writeFileSync(keyPath, simulator.keyFile, { mode: 0o600 });
const { url, tokenUrl, domain, adminSubject } = simulator;
console.log(JSON.stringify({ url, tokenUrl, domain, adminSubject, keyPath }));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void simulator.close());
