/** Why an expression gave no value, in words that hold the author's own text and types, and never a value. */

export interface CelFailure {
  readonly code: string;
  /** May quote values; used only for codes where it tells types alone. */
  readonly summary: string;
  readonly range?: { readonly start: number; readonly end: number };
}

export function explain({ code, summary, range }: CelFailure, text: string): string {
  const where = range === undefined ? '' : ` at \`${text.slice(range.start, range.end)}\``;
  return `${sentence(code, summary)}${where}`;
}

function sentence(code: string, summary: string): string {
  switch (code) {
    case 'no_such_key':
      return 'there is no such field';
    case 'unknown_variable':
      return 'there is nothing of that name';
    case 'index_out_of_bounds':
      return 'the list is shorter than that';
    case 'division_by_zero':
    case 'modulo_by_zero':
      return 'division by zero';
    case 'numeric_overflow':
      return 'the number is too large';
    case 'optional_value_missing':
      return 'what it refers to is missing';
    case 'no_such_overload':
    case 'no_matching_overload':
    case 'invalid_condition_type':
    case 'invalid_logical_operand':
    case 'incompatible_ternary_branches':
      return summary;
    default:
      return 'it cannot be evaluated';
  }
}
