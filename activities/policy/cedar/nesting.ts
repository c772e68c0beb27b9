/** A linear look at policy text before any parser sees it. */

/** Cedar's module overflows its stack at about 200 levels; no readable policy comes near this. */
export const DEEPEST_NESTING = 64;
/** A set of a thousand rules is about 256 KiB. */
export const LARGEST_TEXT = 1024 * 1024;

/** How deep brackets nest, strings and comments left out. Stops counting past the limit. */
export function nesting(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (let at = 0; at < text.length && deepest <= DEEPEST_NESTING; at += 1) {
    const char = text.charAt(at);
    if (char === '"') at = endOfString(text, at);
    else if (char === '/' && text.charAt(at + 1) === '/') at = endOfLine(text, at);
    else if ('([{'.includes(char)) deepest = Math.max(deepest, (depth += 1));
    else if (')]}'.includes(char)) depth = Math.max(0, depth - 1);
  }
  return deepest;
}

function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    if (text.charAt(at) === '\\') at += 1;
    else if (text.charAt(at) === '"') return at;
  }
  return text.length;
}

function endOfLine(text: string, start: number): number {
  const end = text.indexOf('\n', start);
  return end === -1 ? text.length : end;
}
