/** Is a server up: not that its port is open, but that it answers for the namespace we need. */
import { setTimeout as wait } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { SEARCH_ATTRIBUTES } from './flags.ts';

const TRY_EVERY_MS = 50;

/** True once the namespace and its search attributes answer; false when `givenUp` says so first. */
export async function becomesHealthy(
  address: string,
  namespace: string,
  givenUp: () => boolean,
): Promise<boolean> {
  while (!givenUp()) {
    if (await isHealthy(address, namespace)) return true;
    await wait(TRY_EVERY_MS);
  }
  return false;
}

async function isHealthy(address: string, namespace: string): Promise<boolean> {
  let connection: Connection | null = null;
  try {
    connection = await Connection.connect({ address, connectTimeout: '1s' });
    await connection.workflowService.describeNamespace({ namespace });
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
    return Object.keys(SEARCH_ATTRIBUTES).every((name) => customAttributes?.[name] !== undefined);
  } catch {
    return false;
  } finally {
    await connection?.close();
  }
}
