/** Our search attributes: made where we may, found where they are, done without where neither holds. */
import type { Connection } from '@temporalio/client';

/** IndexedValueType of temporal.api.enums.v1. */
const KEYWORD = 2;
const BOOL = 5;
const WANTED: { readonly [name: string]: number } = {
  CordonPlaybook: KEYWORD,
  CordonCase: KEYWORD,
  CordonStatus: KEYWORD,
  CordonAwaitingApproval: BOOL,
};

/** True when the namespace knows all of them; a run that set an unknown one would fail. */
export async function ensureSearchAttributes(connection: Connection, namespace: string): Promise<boolean> {
  const list = async (): Promise<ReadonlySet<string>> => {
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
    return new Set(Object.keys(customAttributes ?? {}));
  };
  try {
    const known = await list();
    const missing = Object.entries(WANTED).filter(([name]) => !known.has(name));
    if (missing.length === 0) return true;
    await connection.operatorService.addSearchAttributes({
      namespace,
      searchAttributes: Object.fromEntries(missing),
    });
    const now = await list();
    return Object.keys(WANTED).every((name) => now.has(name));
  } catch {
    return false;
  }
}
