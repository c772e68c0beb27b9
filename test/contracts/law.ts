/**
 * A contract as data: each law says what must hold and tries it. So the same laws are tests for every
 * implementation, and a broken implementation can be demanded to fail the law it breaks.
 */
import { describe, expect, test } from '@jest/globals';

/** Laws are about what holds, and not about how fast. */
const TIME_MS = 300_000;

export interface Law<Subject> {
  readonly says: string;
  /** Throws when the law does not hold. `open` gives a new, empty subject. */
  readonly holds: (open: () => Subject | Promise<Subject>) => Promise<void>;
}

export function keeps<Subject>(
  name: string,
  laws: readonly Law<Subject>[],
  open: () => Subject | Promise<Subject>,
): void {
  describe(name, () => {
    for (const law of laws) test(law.says, () => law.holds(open), TIME_MS);
  });
}

/** The control: breaks exactly this law of them, and the law must notice. */
export function breaks<Subject>(
  name: string,
  laws: readonly Law<Subject>[],
  says: string,
  open: () => Subject | Promise<Subject>,
): void {
  test(`control: ${name} breaks "${says}"`, async () => {
    const law = laws.find((each) => each.says === says);
    expect(law).toBeDefined();
    await expect(law?.holds(open)).rejects.toThrow();
  });
}
