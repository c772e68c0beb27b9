/**
 * Tries a candidate set in a thread of its own: whatever a hostile or careless text does to the engine, to the stack
 * or to memory, it does there, and the thread is ended when it takes too long.
 */
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { codeOf } from '../set-files.ts';
import type { Activation } from './activate.ts';
import type { PolicyText } from './rule.ts';

/** A set of a thousand rules takes about two seconds on a slow machine. */
const LONGEST_TRIAL_MS = 30_000;
/** The engine's own memory lies outside this; it is bounded by the texts' lengths. */
const HEAP_MB = 256;

export interface TrialInput {
  readonly schema: PolicyText;
  readonly policies: readonly PolicyText[];
}

/** Never rejects. A thread that ends without a word is a problem of the set. */
export async function tryOut(input: TrialInput, limitMs: number = LONGEST_TRIAL_MS): Promise<Activation> {
  const file = `./trial-thread${extname(import.meta.filename)}`;
  const thread = new Worker(new URL(file, import.meta.url), {
    workerData: input,
    execArgv: ['--disable-warning=ExperimentalWarning'],
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
    stdout: true,
    stderr: true,
  });
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise<Activation>((resolve) => {
      timer = setTimeout(() => resolve(broken(`it was not done within ${limitMs} ms`)), limitMs);
      thread.once('message', (activation: Activation) => resolve(activation));
      thread.once('error', (error) => resolve(broken(codeOf(error))));
      thread.once('exit', () => resolve(broken('its thread ended')));
    });
  } finally {
    clearTimeout(timer);
    await thread.terminate();
  }
}

function broken(why: string): Activation {
  return {
    kind: 'problems',
    problems: [`the policy engine broke on this set (${why}); look for very long or deep expressions`],
  };
}
