/** The bytes of a card: what is stored, hashed and signed. One way of writing them, for everybody. */
import { canonical } from '../../workflows/audit/canonical.ts';
import type { CardBody } from '../../workflows/ports.ts';

/** Canonical JSON (RFC 8785). Throws for what has none: half characters, numbers that JSON cannot hold. */
export function cardText(body: CardBody): string {
  return canonical(body);
}

/** More than anybody reads; bytes. */
export const LARGEST_CARD = 256 * 1024;
