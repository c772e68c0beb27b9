/** Anybody may send a run anything: bytes that nobody can read reach it as null, which it refuses by name. */
import { defaultPayloadConverter, type LoadedDataConverter } from '@temporalio/common';

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
