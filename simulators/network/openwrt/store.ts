/** Settings of a router of the lab, in the file that UCI_STORE names. */
import { readFileSync } from 'node:fs';
import type { UciStore } from '../../device/uci.ts';

export function storeFile(): string {
  return process.env['UCI_STORE'] ?? '';
}

export function readStore(): UciStore {
  return new Map(JSON.parse(readFileSync(storeFile(), 'utf8')) as [string, readonly string[]][]);
}
