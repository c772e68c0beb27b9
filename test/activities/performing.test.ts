import { expect, test } from '@jest/globals';
import { callContext } from '../../activities/performing.ts';
import { createMemoryLedger } from '../../activities/stores/index.ts';
import type { JsonObject } from '../../workflows/language/json.ts';
import { pulse, question, RUN, worldOf } from './samples.ts';

const REFERENCE = 'secret://env/CORDON_SECRET_TENANT';

async function readBy(inputs: JsonObject, host?: string): Promise<readonly unknown[]> {
  const asked: unknown[][] = [];
  const secret = async (...how: unknown[]) => {
    asked.push(how);
    return 'value';
  };
  const { world } = worldOf(createMemoryLedger(), { secret });
  const { signal } = new AbortController();
  const call = callContext(world, RUN, question({ inputs }), pulse('1'), signal, { attempt: 1, fence: 1 });
  await call.secret(REFERENCE, host);
  return asked[0] ?? [];
}

test('a connector reads its own credential under its name, for this playbook and this host', async () => {
  expect(await readBy({ user: 'ann' }, 'api.example.org')).toEqual([
    REFERENCE,
    'mail',
    { playbook: RUN.playbook, host: 'api.example.org' },
  ]);
});

test.each([
  ['as an input', { token: REFERENCE }],
  ['in a list', { headers: [{ name: 'a' }, { name: 'b', secret: REFERENCE }] }],
  ['deep inside', { a: { b: [{ c: [REFERENCE] }] } }],
])(
  'N10: a reference that a playbook hands over %s is read as an input, never as the connector’s own',
  async (_how, inputs) => {
    expect((await readBy(inputs))[1]).toBe('mail:inputs');
  },
);
