/** Finds `{{ … }}` in text. Knows as much of CEL as it takes to tell where an expression ends. */

export type Part = string | { readonly cel: string };

export type SplitText =
  | { readonly kind: 'parts'; readonly parts: readonly Part[] }
  | { readonly kind: 'problem'; readonly message: string };

/**
 * Text and expressions in turn; empty text is left out. Braces and quotes inside an expression's own strings
 * and mappings do not end it, so `{{ "{{" }}` writes two braces. A text without `{{` has no expressions.
 */
export function splitText(text: string): SplitText {
  const parts: Part[] = [];
  let from = 0;
  for (;;) {
    const open = text.indexOf('{{', from);
    if (open < 0) break;
    if (open > from) parts.push(text.slice(from, open));
    const end = endOfExpression(text, open + 2);
    if (typeof end !== 'number') return { kind: 'problem', message: end.message };
    parts.push({ cel: text.slice(open + 2, end).trim() });
    from = end + 2;
  }
  if (from < text.length) parts.push(text.slice(from));
  return { kind: 'parts', parts };
}

/** Where the closing `}}` of the expression that begins here stands. */
function endOfExpression(text: string, start: number): number | { readonly message: string } {
  let braces = 0;
  let at = start;
  while (at < text.length) {
    const unit = text[at];
    if (unit === '"' || unit === "'") {
      at = endOfString(text, at, unit);
      continue;
    }
    if (unit === '/' && text[at + 1] === '/') return { message: 'An expression may not hold a comment' };
    if (unit === '{') braces += 1;
    if (unit === '}') {
      if (braces === 0 && text[at + 1] === '}') return at;
      if (braces === 0) return { message: 'A single } in an expression; it ends with }}' };
      braces -= 1;
    }
    at += 1;
  }
  return { message: 'An expression is opened with {{ and not closed with }}' };
}

/** Just behind a CEL string, plain or triple-quoted; a backslash guards the unit after it, as in CEL's own lexer. */
function endOfString(text: string, start: number, quote: string): number {
  const delimiter = text.startsWith(quote.repeat(3), start) ? quote.repeat(3) : quote;
  let at = start + delimiter.length;
  while (at < text.length && !text.startsWith(delimiter, at)) at += text[at] === '\\' ? 2 : 1;
  return at + delimiter.length;
}
