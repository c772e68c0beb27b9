/** A verdict as the record keeps it: what was said, by which rules of which set. Never inputs. */
import type { JsonObject } from '../workflows/language/json.ts';
import type { Question } from '../workflows/ports.ts';
import type { StampedFact } from '../workflows/walk/fact.ts';
import type { Verdict } from '../workflows/walk/verdict.ts';

/** Judged again after a crash, another answer is another fact: the record keeps both. */
export function verdictFact(
  question: Pick<Question, 'task' | 'approvals'>,
  verdict: Verdict,
  inputsDigest: string,
  at: number,
  station: 'judge' | 'act',
): StampedFact {
  const details = {
    effect: verdict.effect,
    rules: verdict.rules.map((rule) => ({ ...rule })),
    obligations: verdict.obligations.map((one) => ({ ...one }) as JsonObject),
    engine: verdict.engine,
    policy_set: verdict.policySet,
    inputs: inputsDigest,
    approvals: question.approvals.length,
    errors: [...verdict.errors],
  };
  return {
    event: verdict.errors.length > 0 ? 'policy_check_error' : 'policy_checked',
    task: question.task,
    details,
    at,
    coordinate: `${station}/${question.task}/${question.approvals.length}${station === 'act' ? '/verdict' : ''}`,
  };
}
