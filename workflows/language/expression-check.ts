/** One expression of one task: does it refer to what is there, and which type does it give? */
import type { Vocabulary } from './environment.ts';
import { parseExpression } from './expression.ts';
import type { Findings } from './findings.ts';
import { quoted, type Path } from './problem.ts';
import type { Reach } from './reach.ts';
import { checkReference } from './references.ts';
import { isOptional, type Typing } from './typing.ts';

/** The CEL type of the expression, or null when it has a problem, which is then reported. */
export type ExpressionCheck = (cel: string, task: string, path: Path) => string | null;

/** `reach`: null when the graph is faulty; then it is not known who waits for whom. */
export function createExpressionCheck(
  vocabulary: Vocabulary,
  reach: Reach | null,
  typing: Typing,
  findings: Findings,
): ExpressionCheck {
  return (cel, task, path) => {
    const parsed = parseExpression(cel);
    if (parsed.kind === 'problem') {
      findings.report(parsed.code, `${parsed.message}, in ${quoted(cel)}`, path);
      return null;
    }
    let sound = true;
    for (const reference of parsed.references) {
      const found = checkReference(reference, task, vocabulary, reach);
      if (found === null) continue;
      findings.report(found.code, `${found.message}, in ${quoted(cel)}`, path, found.remedy);
      sound = false;
    }
    if (!sound) return null;
    const typed = typing.typeOf(cel);
    if (typed.kind === 'problem') {
      findings.report('expression_type', `${typed.message}, in ${quoted(cel)}`, path);
      return null;
    }
    if (!isOptional(typed.type)) return typed.type;
    findings.report(
      'maybe_missing',
      `The expression may give nothing: ${quoted(cel)}`,
      path,
      'End it with `.orValue(…)`.',
    );
    return null;
  };
}
