/** Runs the simulator in a process of its own: `node simulators/defender/main.ts --port 8802 [--effects FILE]`. */
import { parseArgs } from 'node:util';
import { startDefenderSimulator } from './index.ts';

const { values } = parseArgs({
  options: { port: { type: 'string', default: '0' }, effects: { type: 'string' } },
});
const simulator = await startDefenderSimulator({
  port: Number(values.port),
  machines: ['host-0042'],
  ...(values.effects === undefined ? {} : { effectsFile: values.effects }),
});
const { url, application } = simulator;
process.stdout.write(`${JSON.stringify({ url, ...application })}\n`);
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void simulator.close());
}
