/** Collects what is wrong with a playbook, each with its place in the file. */
import { inOrder, problem, type Path, type Position, type Problem, type ProblemCode } from './problem.ts';

export interface Findings {
  /** `remedy`: when omitted, the code's own. */
  report(code: ProblemCode, message: string, path: Path, remedy?: string): void;
  count(): number;
  list(): readonly Problem[];
}

/** `locate` gives the nearest place for a path into the playbook as written, such as `['tasks', 'a', 'needs']`. */
export function createFindings(file: string, locate: (path: Path) => Position): Findings {
  const found: Problem[] = [];
  return {
    report(code, message, path, remedy) {
      const at = { file, ...locate(path) };
      found.push(problem(code, message, at, remedy === undefined ? { path } : { path, remedy }));
    },
    count: () => found.length,
    list: () => inOrder(found),
  };
}
