/** The bytes of a card: what is stored, hashed and signed. One way of writing them, for everybody. */
import { canonical } from '../../workflows/audit/canonical.ts';
import type { JsonObject } from '../../workflows/language/json.ts';
import type { CardBody } from '../../workflows/ports.ts';

/** Canonical JSON (RFC 8785). Throws for what has none: half characters, numbers that JSON cannot hold. */
export function cardText(body: CardBody): string {
  // An interface has no index signature, but every value in it is JSON.
  return canonical(body as unknown as JsonObject);
}

/** More than anybody reads; bytes. */
export const LARGEST_CARD = 256 * 1024;
