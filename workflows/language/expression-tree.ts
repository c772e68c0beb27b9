/**
 * What an expression refers to, and whether it stays within what expressions may do. Works on the syntax tree
 * of any CEL parser with these node names; walks it without recursion.
 */
import { isLoop, refusal } from './expression-functions.ts';
import {
  DEEPEST_PATH,
  proven,
  referenceAt,
  unwind,
  type Reference,
  type SyntaxNode,
} from './expression-path.ts';

/** Limits on the tree; far above what a condition needs, low enough that checking and evaluating stay quick. */
const MOST_NODES = 1000;
const DEEPEST = 128;
const DEEPEST_LOOP = 2;

export interface TreeProblem {
  readonly kind: 'problem';
  readonly code: 'expression_refused' | 'expression_too_large';
  readonly message: string;
  readonly offset: number;
}

interface Visit {
  readonly node: SyntaxNode;
  readonly depth: number;
  readonly loops: number;
  /** Loop variables: not references. */
  readonly bound: readonly string[];
  /** `root.field` known to be there. */
  readonly present: readonly string[];
}

interface Walk {
  readonly pending: Visit[];
  readonly references: Reference[];
}

type Refused = Omit<TreeProblem, 'kind'> | null;

export function inspect(
  tree: SyntaxNode,
): { readonly kind: 'tree'; readonly references: readonly Reference[] } | TreeProblem {
  const walk: Walk = {
    pending: [{ node: tree, depth: 0, loops: 0, bound: [], present: [] }],
    references: [],
  };
  let nodes = 0;
  for (let visit = walk.pending.pop(); visit !== undefined; visit = walk.pending.pop()) {
    nodes += 1;
    const refused =
      nodes > MOST_NODES || visit.depth > DEEPEST ? tooLarge(visit.node.start) : step(visit, walk);
    if (refused !== null) return { kind: 'problem', ...refused };
  }
  return { kind: 'tree', references: walk.references.toSorted((a, b) => a.offset - b.offset) };
}

function tooLarge(offset: number): Refused {
  return { code: 'expression_too_large', message: 'The expression has too many parts', offset };
}

function refuse(message: string, node: SyntaxNode): Refused {
  return { code: 'expression_refused', message, offset: node.start };
}

function step(visit: Visit, walk: Walk): Refused {
  const { node } = visit;
  switch (node.op) {
    case 'value':
      if (typeof node.args !== 'object' || node.args === null) return null;
      return refuse('Bytes and unsigned numbers are no JSON values', node);
    case 'id':
    case '.':
    case '.?':
    case '[]':
    case '[?]':
      return path(visit, walk, false);
    case 'call':
      return call(visit, walk);
    case 'rcall':
      return method(visit, walk);
    case 'map':
      return mapping(visit, walk);
    case '?:': {
      const [condition, yes, no] = node.args as readonly SyntaxNode[];
      enter(visit, walk, [condition, no]);
      enter({ ...visit, present: [...visit.present, ...proven(condition)] }, walk, [yes]);
      return null;
    }
    case '&&': {
      const [left, right] = node.args as readonly SyntaxNode[];
      enter(visit, walk, [left]);
      enter({ ...visit, present: [...visit.present, ...proven(left)] }, walk, [right]);
      return null;
    }
    case 'list':
    case '||':
    case '!_':
    case '-_':
    case '==':
    case '!=':
    case '<':
    case '<=':
    case '>':
    case '>=':
    case 'in':
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
      enter(visit, walk, Array.isArray(node.args) ? (node.args as SyntaxNode[]) : [node.args as SyntaxNode]);
      return null;
    default:
      return refuse(`Expressions have no ${node.op}`, node);
  }
}

function enter(visit: Visit, walk: Walk, children: readonly (SyntaxNode | undefined)[]): void {
  for (const node of children)
    if (node !== undefined) walk.pending.push({ ...visit, node, depth: visit.depth + 1 });
}

/** A chain of steps down to the name it begins with, or to an expression, which is then visited on its own. */
function path(visit: Visit, walk: Walk, tested: boolean): Refused {
  const chain = unwind(visit.node);
  enter(visit, walk, chain.indexes);
  if (chain.base.op !== 'id') {
    enter(visit, walk, [chain.base]);
    return null;
  }
  if (visit.bound.includes(String(chain.base.args))) return null;
  walk.references.push(referenceAt(chain, tested, visit.present));
  return chain.steps.length > DEEPEST_PATH ? tooLarge(chain.base.start) : null;
}

function call(visit: Visit, walk: Walk): Refused {
  const [name, given] = visit.node.args as readonly [string, readonly SyntaxNode[]];
  const reason = refusal(name, false, given.length);
  if (reason !== null) return refuse(reason, visit.node);
  const [only] = given;
  if (name !== 'has' || only === undefined) enter(visit, walk, given);
  else if (only.op === '.' || only.op === '.?') return path({ ...visit, node: only }, walk, true);
  else return refuse('has() asks for a field, as in has(task.output)', visit.node);
  return null;
}

function method(visit: Visit, walk: Walk): Refused {
  const [name, receiver, given] = visit.node.args as readonly [string, SyntaxNode, readonly SyntaxNode[]];
  if (receiver.op === 'id' && receiver.args === 'optional' && !visit.bound.includes('optional')) {
    if (name !== 'none' && name !== 'of') return refuse(`optional has no ${name}`, visit.node);
    enter(visit, walk, given);
    return null;
  }
  const reason = refusal(name, true, given.length);
  if (reason !== null) return refuse(reason, visit.node);
  enter(visit, walk, [receiver]);
  if (!isLoop(name)) {
    enter(visit, walk, given);
    return null;
  }
  const [variable, ...body] = given;
  if (variable?.op !== 'id') return refuse(`${name} names its loop variable first`, visit.node);
  const loops = visit.loops + 1;
  if (loops > DEEPEST_LOOP) return refuse('Loops may be nested twice at most', visit.node);
  enter({ ...visit, loops, bound: [...visit.bound, String(variable.args)] }, walk, body);
  return null;
}

/** Keys are fixed text, so that no value read from outside can become one. */
function mapping(visit: Visit, walk: Walk): Refused {
  for (const [key, value] of visit.node.args as readonly (readonly [SyntaxNode, SyntaxNode])[]) {
    if (key.op !== 'value' || typeof key.args !== 'string')
      return refuse('Keys of a mapping are written as text in quotes', key);
    if (['__proto__', 'constructor', 'prototype'].includes(key.args))
      return refuse(`A mapping may not have the key ${key.args}`, key);
    enter(visit, walk, [value]);
  }
  return null;
}
