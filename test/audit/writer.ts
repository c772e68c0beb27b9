/**
 * A process that appends to a record until it is done or killed. Arguments: file or URL, name, first event, events per
 * writer, writers. Each acknowledged event leaves one line on stdout, written through before the next is sent.
 */
import { writeSync } from 'node:fs';
import { openStores } from '../../activities/stores/index.ts';
import type { NewEvent } from '../../activities/stores/audit.ts';

const [source = '', name = '', first = '0', count = '0', writers = '1'] = process.argv.slice(2);
const START = 1_790_000_000_000;
const ledger = await openStores(source);

function eventOf(writer: string, n: number): NewEvent {
  return {
    run: { workflowId: `w-${writer}`, chain: writer, startedAt: START, caseId: 'c', playbook: 'p' },
    fact: { event: 'policy_checked', task: 't', details: { n }, at: START + n, coordinate: String(n) },
  };
}

async function write(writer: string): Promise<void> {
  for (let n = Number(first); n < Number(first) + Number(count); n += 1) {
    await ledger.append([eventOf(writer, n)]);
    writeSync(1, `${writer} ${n}\n`);
  }
}

await Promise.all(Array.from({ length: Number(writers) }, (_, w) => write(`${name}${w}`)));
await ledger.close();
