/** Builds the package in dist/: compiled sources, the data they ship with, and the workflow bundle. */
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { bundleWorkflows, PREBUILT } from './bundle.ts';

const root = fileURLToPath(new URL('../', import.meta.url));
const dist = `${root}dist/`;

rmSync(dist, { recursive: true, force: true });
execFileSync(
  process.execPath,
  [`${root}node_modules/typescript/bin/tsc`, '-p', `${root}tsconfig.build.json`],
  {
    stdio: 'inherit',
  },
);
for (const data of ['playbooks', 'policies', 'LICENSE', 'README.md', 'cordon.example.yaml'])
  cpSync(`${root}${data}`, `${dist}${data}`, { recursive: true });
const bundle = await bundleWorkflows({ entry: `${dist}workflows/index.js` });
writeFileSync(`${dist}${PREBUILT}`, bundle.workflows.code);
chmodSync(`${dist}client/main.js`, 0o755);
process.stdout.write(`dist/ is built; the workflow bundle holds ${bundle.modules.length} modules\n`);
