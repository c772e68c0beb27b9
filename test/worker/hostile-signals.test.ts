import { describe, expect, test } from '@jest/globals';
import { defaultPayloadConverter } from '@temporalio/common';
import { dataConverter } from '../../worker/payloads.ts';
import { interceptors } from '../../workflows/reserved-signals.ts';

type Payload = ReturnType<typeof defaultPayloadConverter.toPayload>;

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const payload = (encoding: string, data: string): Payload => ({
  metadata: { encoding: bytes(encoding) },
  data: bytes(data),
});

async function received(sent: Payload): Promise<unknown> {
  const [codec] = dataConverter.payloadCodecs;
  const [decoded] = (await codec?.decode([sent])) ?? [];
  if (decoded === undefined) throw new Error('the payload was lost');
  return defaultPayloadConverter.fromPayload(decoded);
}

describe('a signal that nobody can read', () => {
  test.each([
    ['in an encoding we do not have', payload('binary/encrypted', '{"task":"a"}')],
    ['that says JSON and is none', payload('json/plain', '{"task":')],
    ['without a word on its encoding', { data: bytes('{}') }],
  ])('%s arrives as null and fails nothing', async (_, sent) => {
    await expect(received(sent)).resolves.toBeNull();
  });

  test('leaves readable ones as they were', async () => {
    await expect(received(payload('json/plain', '{"task":"a"}'))).resolves.toEqual({ task: 'a' });
  });
});

describe('a signal under a name that Temporal keeps for itself', () => {
  function handedIn(signalName: string): string | null | undefined {
    const signalWorkflow = { signalName };
    const activate = interceptors().internals?.[0]?.activate;
    let seen: string | null | undefined;
    const input = { activation: { jobs: [{ signalWorkflow }] }, batchIndex: 0 };
    activate?.(input, ({ activation }) => {
      seen = activation.jobs?.[0]?.signalWorkflow?.signalName;
    });
    return seen;
  }

  test('is handed in under another one, so that it can be recorded and ignored', () => {
    expect(handedIn('__temporal_x')).toBe('reserved: __temporal_x');
  });

  test('and no other name is touched', () => {
    expect(handedIn('approve')).toBe('approve');
  });
});
