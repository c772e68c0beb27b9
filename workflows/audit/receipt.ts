/**
 * A receipt: where an entry stands and which bytes it has, in one line. Activities leave them in their results, so
 * that Temporal's history, kept by another system, holds the log's word a second time. In hexadecimal, because
 * whoever looks into a history by eye must be able to find the same digits in the log.
 */
export interface Receipt {
  readonly index: number;
  readonly id: string;
  /** Leaf hash of the entry. It holds the leaf of the entry before, so a receipt confirms all that came earlier. */
  readonly leaf: string;
}

/** What an activity's result holds beside its answer. Absent in histories from before there were receipts. */
export interface Witnessed {
  readonly receipts?: readonly string[];
}

export function receiptText({ index, id, leaf }: Receipt): string {
  return `${index}:${id}:${leaf}`;
}

const RECEIPT = /^(0|[1-9][0-9]{0,14}):([0-9a-f]{32}):([0-9a-f]{64})$/;

/** Null for what is no receipt. */
export function readReceipt(text: unknown): Receipt | null {
  const [, index, id, leaf] = (typeof text === 'string' ? RECEIPT.exec(text) : null) ?? [];
  return index === undefined || id === undefined || leaf === undefined
    ? null
    : { index: Number(index), id, leaf };
}

/** The answer alone: receipts are for history, and nothing that follows may depend on them. */
export function withoutReceipts<T extends object>(answer: T & Witnessed): T {
  const { receipts: _, ...rest } = answer;
  // A type parameter with one optional field taken out is still that type; the compiler cannot see it.
  return rest as unknown as T;
}
