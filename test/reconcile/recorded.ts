/** Where the recorded run lies. */
import { join } from 'node:path';

export const HISTORY = join(import.meta.dirname, '../histories/rotation_v1@witnessed.json');
export const LOG = join(import.meta.dirname, 'witnessed.jsonl');
