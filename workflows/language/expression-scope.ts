/** The values one evaluation may read. */
import { intoCel, NotJson } from './expression-values.ts';
import type { Json } from './json.ts';

/** What one evaluation may read in all, loops included; two million steps take less than half a second. */
const MOST_READ = 2_000_000;

/**
 * Each read is charged with the weight of what is read. A loop over one value that reads another one each time
 * pays for it each time, so loops over large values come to an end. Reads throw `NotJson` beyond the limit.
 */
export class MeteredScope extends Map<string, unknown> {
  readonly #weights = new Map<string, number>();
  #read = 0;

  admit(root: string, value: Json | undefined): void {
    if (value === undefined) return;
    const cel = intoCel(value);
    this.#weights.set(root, cel.weight);
    this.set(root, cel.value);
  }

  override get(root: string): unknown {
    this.#read += this.#weights.get(root) ?? 0;
    if (this.#read > MOST_READ) throw new NotJson('it reads too much; loop over less');
    return super.get(root);
  }
}
