/**
 * YAML text to the parser's syntax tokens. The parser builds on a stack of its own and is safe at any depth;
 * what reads its tokens afterwards recurses, and on deep nesting dies with the whole process. So the stack
 * is watched while it grows. What this language does not use of YAML is refused here, each with its own code.
 */
import { CST, Lexer, Parser } from 'yaml';
import { createLines } from './lines.ts';
import { MOST_PROBLEMS, problem, quoted, type Problem, type ProblemCode } from './problem.ts';

const DEEPEST = 64;
/** The parser's stack holds the document and, on top, perhaps a scalar. */
const MOST_STACKED = DEEPEST + 2;
/** Of one list or mapping; twice what a playbook may have of tasks. */
const MOST_ENTRIES = 20_000;
/** 10,000 tasks of ordinary size are 370,000 lexemes; each costs about two microseconds in all. */
const MOST_LEXEMES = 640_000;

export type Syntax =
  | { readonly kind: 'syntax'; readonly tokens: readonly CST.Token[] }
  | { readonly kind: 'problems'; readonly problems: readonly Problem[] };

/** Linear in the length of the text, which `readSource` has passed. */
export function parseSyntax(text: string, file: string): Syntax {
  const position = createLines(text);
  const problems: Problem[] = [];
  const report: Report = (code, message, offset) => {
    problems.push(problem(code, message, { file, ...position(offset) }));
  };
  const judges = [createDocumentJudge(report), createFeatureJudge(report), createNeighbourJudge(report)];
  const parser = new Parser();
  const tokens: CST.Token[] = [];
  let count = 0;
  for (const lexeme of lexemes(text)) {
    for (const judge of judges) judge(lexeme);
    for (const token of parser.next(lexeme.source)) {
      // Told here, where there is an end to them, not by what reads the tokens.
      if (token.type === 'error') report('syntax', token.message, token.offset);
      else tokens.push(token);
    }
    const excess = excessOf(parser.stack, (count += 1));
    if (excess) report(excess.code, excess.message, lexeme.offset);
    // Past an excess, what follows need not be read.
    if (excess || problems.length >= MOST_PROBLEMS) break;
  }
  if (problems.length > 0) return { kind: 'problems', problems };
  for (const token of parser.end()) tokens.push(token);
  return { kind: 'syntax', tokens };
}

function excessOf(stack: readonly CST.Token[], lexemes: number): Pick<Problem, 'code' | 'message'> | null {
  const top = stack.at(-1);
  if (stack.length > MOST_STACKED)
    return { code: 'too_deep', message: `Nested more than ${DEEPEST} levels deep` };
  if (top && 'items' in top && top.items.length > MOST_ENTRIES)
    return { code: 'too_many_entries', message: `More than ${MOST_ENTRIES} entries in one list or mapping` };
  if (lexemes > MOST_LEXEMES) return { code: 'too_many_nodes', message: 'The file holds too many values' };
  return null;
}

type Report = (code: ProblemCode, message: string, offset: number) => void;

interface Lexeme {
  readonly source: string;
  /** Null: the lexer could not tell, and the parser will say so. */
  readonly type: ReturnType<typeof CST.tokenType> | 'mark';
  readonly offset: number;
}

/** Adds to each lexeme what it is and where it stands. Three are the lexer's own marks and take up no text. */
function* lexemes(text: string): Generator<Lexeme> {
  let offset = 0;
  let isScalar = false;
  for (const source of new Lexer().lex(text)) {
    const isMark: boolean =
      !isScalar && (source === CST.DOCUMENT || source === CST.FLOW_END || source === CST.SCALAR);
    yield { source, type: isMark ? 'mark' : isScalar ? 'scalar' : CST.tokenType(source), offset };
    isScalar = isMark && source === CST.SCALAR;
    if (!isMark) offset += source.length;
  }
}

type Judge = (lexeme: Lexeme) => void;

function createFeatureJudge(report: Report): Judge {
  let lastBrace = -2;
  return ({ type, source, offset }) => {
    switch (type) {
      case 'alias':
      case 'anchor':
      case 'tag':
        return report(type, `${quoted(source)} is not used in playbooks`, offset);
      case 'directive-line':
        return report('directive', `${quoted(source)} is not used in playbooks`, offset);
      case 'explicit-key-ind':
        return report('complex_key', 'A key introduced with `?` is not used in playbooks', offset);
      case 'flow-map-start': {
        const message = '`{{` without quotes begins a mapping, not an expression';
        if (lastBrace === offset - 1) report('unquoted_expression', message, lastBrace);
        lastBrace = offset;
        return undefined;
      }
      default:
        return undefined;
    }
  };
}

const SCALARS: readonly Lexeme['type'][] = ['scalar', 'single-quoted-scalar', 'double-quoted-scalar'];
const VALUE_BEGINS = new Set([...SCALARS, 'flow-map-start', 'flow-seq-start', 'seq-item-ind']);
const VALUE_ENDS = new Set([...SCALARS, 'flow-map-end', 'flow-seq-end']);

/**
 * Two values on one line with nothing between them. What reads the tokens would find that too, but makes an
 * error object of each, and of half a million it takes seconds.
 */
function createNeighbourJudge(report: Report): Judge {
  let isAfterValue = false;
  return ({ type, source, offset }) => {
    if (type === 'space' || type === 'mark') return;
    if (isAfterValue && VALUE_BEGINS.has(type)) report('syntax', 'Two values stand side by side', offset);
    // Text of a block scalar is empty or ends with its line.
    isAfterValue = VALUE_ENDS.has(type) && source !== '' && !source.endsWith('\n');
  };
}

const NO_CONTENT = new Set<Lexeme['type']>(['mark', 'space', 'newline', 'comment', 'doc-end']);

/** One document per file: nothing may follow its end, and no second one may begin. */
function createDocumentJudge(report: Report): Judge {
  let state: 'before' | 'inside' | 'ended' | 'reported' = 'before';
  return ({ type, offset }) => {
    if (type === 'doc-end' && state === 'inside') state = 'ended';
    if (NO_CONTENT.has(type) || state === 'reported') return;
    if (state === 'ended' || (type === 'doc-start' && state === 'inside')) {
      report('several_documents', 'A second document begins here', offset);
      state = 'reported';
    } else if (type !== 'directive-line') state = 'inside';
  };
}
