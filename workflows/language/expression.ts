/**
 * Expressions: CEL, behind three calls. `parseExpression` says whether a text is one and what it refers to,
 * `createChecker` what type it has, `evaluate` what it gives. This is the only file that knows the CEL library.
 *
 * Deterministic: no clock, no locale, no randomness, no regular expressions (see expression-functions.ts).
 * Bounded: text, tree and loops when parsed; what is read, times how often, when evaluated.
 */
import {
  Environment,
  EvaluationError,
  Optional,
  ParseError,
  TypeError as CelTypeError,
} from '@marcbachmann/cel-js';
import { inspect } from './expression-tree.ts';
import type { Reference } from './expression-path.ts';
import { explain } from './expression-failure.ts';
import { MeteredScope } from './expression-scope.ts';
import { fromCel, NotJson } from './expression-values.ts';
import type { Json } from './json.ts';

const LONGEST = 2000;
const MOST_CACHED = 500;

/** What a name stands for where the expression is evaluated; undefined where it stands for nothing. */
export type Scope = (root: string) => Json | undefined;

export interface Expression {
  readonly kind: 'expression';
  readonly text: string;
  /** In the order of the text. */
  readonly references: readonly Reference[];
}

export interface ExpressionProblem {
  readonly kind: 'problem';
  readonly code: 'expression_syntax' | 'expression_refused' | 'expression_too_large';
  readonly message: string;
  /** Where in the text, counted from 0. */
  readonly offset: number;
}

export type Evaluation =
  { readonly kind: 'value'; readonly value: Json } | { readonly kind: 'error'; readonly message: string };

interface Program {
  readonly kind: 'program';
  readonly run: (scope: Map<string, unknown>) => unknown;
  readonly expression: Expression;
  readonly roots: readonly string[];
}

/** Numbers mix freely: `2.5 * count` is a double. Everything else is CEL as specified, with optional types. */
function createEnvironment(anyName: boolean): Environment {
  const environment = new Environment({
    unlistedVariablesAreDyn: anyName,
    homogeneousAggregateLiterals: false,
    enableOptionalTypes: true,
    limits: { maxDepth: 64, maxAstNodes: 4000 },
  });
  for (const [left, right] of [
    ['double', 'int'],
    ['int', 'double'],
  ]) {
    const register = (op: string, handler: (a: number, b: number) => number): void => {
      environment.registerOperator(`${left} ${op} ${right}: double`, (a: unknown, b: unknown) =>
        handler(Number(a), Number(b)),
      );
    };
    register('+', (a, b) => a + b);
    register('-', (a, b) => a - b);
    register('*', (a, b) => a * b);
    register('/', (a, b) => a / b);
  }
  environment.registerOperator('double == int: bool', (a: unknown, b: unknown) => Number(a) === Number(b));
  return environment;
}

const evaluation = createEnvironment(true);
const programs = new Map<string, Program | ExpressionProblem>();

/** A name CEL keeps for itself cannot stand for a task or a context variable. */
export function isCelName(name: string): boolean {
  if (evaluation.hasVariable(name)) return true;
  const program = compiled(name);
  return program.kind === 'problem' || program.roots[0] !== name;
}

export function parseExpression(text: string): Expression | ExpressionProblem {
  const program = compiled(text);
  return program.kind === 'problem' ? program : program.expression;
}

function compiled(text: string): Program | ExpressionProblem {
  const known = programs.get(text);
  if (known !== undefined) return known;
  const fresh = compile(text);
  if (programs.size >= MOST_CACHED) programs.clear();
  programs.set(text, fresh);
  return fresh;
}

function compile(text: string): Program | ExpressionProblem {
  const refused = (code: ExpressionProblem['code'], message: string, offset = 0): ExpressionProblem => ({
    kind: 'problem',
    code,
    message,
    offset,
  });
  if (text.length > LONGEST)
    return refused('expression_too_large', `An expression may have ${String(LONGEST)} characters`);
  if (text.trim() === '') return refused('expression_syntax', 'The expression is empty');
  try {
    const run = evaluation.parse(text);
    const tree = inspect(run.ast);
    if (tree.kind === 'problem') return tree;
    const expression: Expression = { kind: 'expression', text, references: tree.references };
    return { kind: 'program', run, expression, roots: [...new Set(tree.references.map(({ root }) => root))] };
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    const code = error.code === 'limit_exceeded' ? 'expression_too_large' : 'expression_syntax';
    return refused(code, error.summary, error.range?.start);
  }
}

/** A message of an evaluation names the expression, never a value. */
export function evaluate(text: string, scope: Scope): Evaluation {
  const program = compiled(text);
  if (program.kind === 'problem') return failed(program.message);
  const values = new MeteredScope();
  try {
    for (const root of program.roots) values.admit(root, scope(root));
    const result = program.run(values);
    if (!(result instanceof Optional)) return { kind: 'value', value: fromCel(result) };
    if (!result.hasValue()) return failed('what it refers to is missing, and no default is given');
    return { kind: 'value', value: fromCel(result.value()) };
  } catch (error) {
    return failed(reasonOf(error, text));
  } finally {
    // The cached program keeps a reference to the last scope it ran in.
    values.clear();
  }
}

function failed(message: string): Evaluation {
  return { kind: 'error', message };
}

function reasonOf(error: unknown, text: string): string {
  if (error instanceof NotJson) return error.message;
  if (error instanceof EvaluationError) return explain(error, text);
  return 'it cannot be evaluated';
}

export type TypeOf =
  | { readonly kind: 'type'; readonly type: string }
  | { readonly kind: 'problem'; readonly message: string; readonly offset: number };

/** Names and types an expression may use; both are CEL types, or names given to `declareRecord`. */
export interface Checker {
  /** A mapping with known fields. Returns the type's name. */
  declareRecord(name: string, fields: { readonly [field: string]: string }): string;
  declareName(name: string, type: string): void;
  /** The type of the result: a CEL type such as `list<string>`, a record's name, or `dyn` when it is not known. */
  typeOf(text: string): TypeOf;
}

export function createChecker(): Checker {
  const environment = createEnvironment(false);
  return {
    declareRecord(name, fields) {
      environment.registerType(name, { fields: { ...fields } });
      return name;
    },
    declareName(name, type) {
      environment.registerVariable(name, type);
    },
    typeOf(text) {
      const { valid, type, error } = environment.check(text);
      if (valid) return { kind: 'type', type: type ?? 'dyn' };
      if (error instanceof ParseError || error instanceof CelTypeError)
        return { kind: 'problem', message: error.summary, offset: error.range?.start ?? 0 };
      throw error ?? new Error('a type check that neither passed nor failed');
    },
  };
}
