/** A path such as `task.output.ids[0]`: which name it begins with, the steps from there, and what may be missing. */

export const DEEPEST_PATH = 32;

export interface SyntaxNode {
  readonly op: string;
  readonly args: unknown;
  readonly start: number;
}

/** `.name`, `["name"]` (field) or `[expression]` (item); with `?` before the name, it may be missing. */
export type Step =
  | { readonly kind: 'field'; readonly name: string; readonly optional: boolean }
  | { readonly kind: 'item'; readonly optional: boolean };

export interface Reference {
  readonly root: string;
  readonly steps: readonly Step[];
  readonly offset: number;
  /**
   * The first step may find nothing without harm: it is optional (`a.?b`), is only asked for (`has(a.b)`), or
   * stands where `has(a.b)` was true (behind it in `has(a.b) ? … : …` or `has(a.b) && …`).
   */
  readonly excused: boolean;
}

export interface Chain {
  readonly base: SyntaxNode;
  readonly steps: readonly Step[];
  /** Expressions in brackets. */
  readonly indexes: readonly SyntaxNode[];
}

export function unwind(node: SyntaxNode): Chain {
  const steps: Step[] = [];
  const indexes: SyntaxNode[] = [];
  let base = node;
  for (;;) {
    const optional = base.op === '.?' || base.op === '[?]';
    if (base.op === '.' || base.op === '.?') {
      const [inner, name] = base.args as readonly [SyntaxNode, string];
      steps.push({ kind: 'field', name, optional });
      base = inner;
    } else if (base.op === '[]' || base.op === '[?]') {
      const [inner, index] = base.args as readonly [SyntaxNode, SyntaxNode];
      if (index.op === 'value' && typeof index.args === 'string')
        steps.push({ kind: 'field', name: index.args, optional });
      else {
        steps.push({ kind: 'item', optional });
        indexes.push(index);
      }
      base = inner;
    } else return { base, steps: steps.toReversed(), indexes };
  }
}

/**
 * `tested`: the chain is what `has()` asks for. `present`: `root.field` known to be there. The chain must begin
 * with a name.
 */
export function referenceAt({ base, steps }: Chain, tested: boolean, present: readonly string[]): Reference {
  const root = String(base.args);
  const [first] = steps;
  const excused =
    first !== undefined &&
    (first.optional ||
      (tested && steps.length === 1) ||
      (first.kind === 'field' && present.includes(`${root}.${first.name}`)));
  return { root, steps, offset: base.start, excused };
}

/** What `has(a.b)` makes certain where it holds, also inside `has(a.b) && …`. */
export function proven(condition: SyntaxNode | undefined): readonly string[] {
  const found: string[] = [];
  const pending = [condition];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (node.op === '&&') pending.push(...(node.args as readonly SyntaxNode[]));
    if (node.op !== 'call') continue;
    const [name, [asked]] = node.args as readonly [string, readonly SyntaxNode[]];
    if (name !== 'has' || asked?.op !== '.') continue;
    const [inner, field] = asked.args as readonly [SyntaxNode, string];
    if (inner.op === 'id') found.push(`${String(inner.args)}.${field}`);
  }
  return found;
}
