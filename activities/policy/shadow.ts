/**
 * A second set that is asked the same and decides nothing. What it would have decided otherwise is written down, for
 * the report on which its promotion is decided.
 *
 * H1 Enforcement never waits for it: it is asked after the answer was given.
 * H2 Whatever it throws, and however long it thinks, is its own matter: it is left out when too much is under way, and
 *    for good when it has held up the thread too often.
 */
import { appendFile } from 'node:fs/promises';
import type { Verdict } from '../../workflows/walk/verdict.ts';
import type { Policy, PolicyQuestion } from './engine.ts';

export interface Shadow {
  /** Returns at once and never throws. */
  observe(question: PolicyQuestion, enforced: Verdict): void;
  /** When everything under way has ended. */
  idle(): Promise<void>;
}

/** One line of the shadow's log. No targets, no names: those stand in the record, under the same run and task. */
export interface ShadowLine {
  readonly at: string;
  readonly case: string;
  readonly playbook: string;
  readonly task: string;
  readonly type: string;
  readonly shadow_set: string;
  readonly enforced: Verdict['effect'];
  readonly shadow: Verdict['effect'] | 'error';
  readonly enforced_rules: readonly string[];
  readonly shadow_rules: readonly string[];
  readonly errors: readonly string[];
}

const MOST_UNDER_WAY = 8;
/** Held up longer than this, the thread was not free for others. */
const TOO_LONG_MS = 50;
const MOST_HOLD_UPS = 3;

export function createShadow(
  policy: Pick<Policy, 'decide' | 'set'>,
  write: (line: ShadowLine) => Promise<void>,
): Shadow {
  const underWay = new Set<Promise<void>>();
  let holdUps = 0;

  const compare = async (question: PolicyQuestion, enforced: Verdict): Promise<void> => {
    const startedAt = performance.now();
    try {
      const asked = policy.decide(question);
      if (performance.now() - startedAt > TOO_LONG_MS) holdUps += 1;
      const verdict = await asked;
      const wrong = verdict.errors.length > 0;
      if (!wrong && verdict.effect === enforced.effect) return;
      await write(
        lineOf(
          question,
          enforced,
          policy.set.digest,
          verdict.rules.map(({ id }) => id),
          wrong ? 'error' : verdict.effect,
          verdict.errors,
        ),
      );
    } catch {
      await write(lineOf(question, enforced, policy.set.digest, [], 'error', ['the shadow set threw'])).catch(
        () => {},
      );
    }
  };

  return {
    observe(question, enforced) {
      if (underWay.size >= MOST_UNDER_WAY || holdUps >= MOST_HOLD_UPS) return;
      const later = new Promise<void>((resolve) => {
        setImmediate(
          () =>
            void compare(question, enforced)
              .catch(() => {})
              .finally(resolve),
        );
      });
      underWay.add(later);
      void later.finally(() => underWay.delete(later));
    },
    async idle() {
      await Promise.all(underWay);
    },
  };
}

/** Appends to a file, a line of JSON each. */
export function shadowLog(path: string): (line: ShadowLine) => Promise<void> {
  return async (line) => appendFile(path, `${JSON.stringify(line)}\n`, { mode: 0o600 });
}

function lineOf(
  question: PolicyQuestion,
  enforced: Verdict,
  digest: string,
  rules: readonly string[],
  shadow: ShadowLine['shadow'],
  errors: readonly string[],
): ShadowLine {
  return {
    at: new Date(question.at).toISOString(),
    case: question.caseId,
    playbook: question.playbook,
    task: question.task,
    type: question.type,
    shadow_set: digest,
    enforced: enforced.effect,
    shadow,
    enforced_rules: [...new Set(enforced.rules.map(({ id }) => id))],
    shadow_rules: [...new Set(rules)],
    errors,
  };
}
