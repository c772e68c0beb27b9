/** Anybody may send a run anything: bytes that nobody can read reach it as null, which it refuses by name. */
import { defaultPayloadConverter, type LoadedDataConverter } from '@temporalio/common';
import { isObject, type JsonObject } from '../workflows/language/json.ts';

type Codec = LoadedDataConverter['payloadCodecs'][number];
type Payload = Parameters<Codec['decode']>[0][number];

const NOTHING = defaultPayloadConverter.toPayload(null);

function readable(payload: Payload): Payload {
  try {
    defaultPayloadConverter.fromPayload(payload);
    return payload;
  } catch {
    return NOTHING;
  }
}

/** Left to itself, a worker fails the workflow task on an unreadable payload, and tries it again for ever. */
export const dataConverter: { readonly payloadCodecs: Codec[] } = {
  payloadCodecs: [
    {
      encode: (payloads) => Promise.resolve(payloads),
      decode: (payloads) => Promise.resolve(payloads.map(readable)),
    },
  ],
};

/** A payload in the normal form of a history, as the worker reads it. */
export async function readPayload(
  payload: JsonObject,
): Promise<{ readonly kind: 'value'; readonly value: unknown } | { readonly kind: 'unreadable' }> {
  const metadata = isObject(payload['metadata']) ? payload['metadata'] : {};
  let read: Payload = {
    metadata: Object.fromEntries(Object.entries(metadata).map(([name, text]) => [name, bytesOf(text)])),
    data: bytesOf(payload['data']),
  };
  try {
    for (const codec of dataConverter.payloadCodecs.toReversed()) {
      const [decoded] = await codec.decode([read]);
      if (decoded === undefined || decoded === NOTHING) return { kind: 'unreadable' };
      read = decoded;
    }
    return { kind: 'value', value: defaultPayloadConverter.fromPayload(read) };
  } catch {
    return { kind: 'unreadable' };
  }
}

function bytesOf(text: unknown): Uint8Array {
  return Buffer.from(typeof text === 'string' ? text : '', 'base64');
}
