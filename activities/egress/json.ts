/** JSON from strangers: valid UTF-8, of limited depth, and no name twice in one object. */
import type { Json } from '../../workflows/language/json.ts';

export type WhyNotJson = 'not_utf8' | 'not_json' | 'too_deep' | 'duplicate_key';
export type ReadJson =
  { readonly kind: 'json'; readonly value: Json } | { readonly kind: 'unreadable'; readonly why: WhyNotJson };

export const DEEPEST_JSON = 64;

export function readJson(bytes: Uint8Array, deepest = DEEPEST_JSON): ReadJson {
  try {
    return readJsonText(new TextDecoder('utf-8', { fatal: true }).decode(bytes), deepest);
  } catch {
    return { kind: 'unreadable', why: 'not_utf8' };
  }
}

export function readJsonText(text: string, deepest = DEEPEST_JSON): ReadJson {
  // The text is looked through first, so that nothing deep is ever built.
  const objection = objectionTo(text, deepest);
  if (objection !== null) return { kind: 'unreadable', why: objection };
  try {
    return { kind: 'json', value: JSON.parse(text) as Json };
  } catch {
    return { kind: 'unreadable', why: 'not_json' };
  }
}

/** Two readers that disagree on which of two equal names counts can be made to see two different answers. */
function objectionTo(text: string, deepest: number): WhyNotJson | null {
  /** One per open bracket: the names seen, or null in a list. */
  const open: (Set<string> | null)[] = [];
  for (let at = 0; at < text.length; at += 1) {
    switch (text[at]) {
      case '{':
      case '[':
        if (open.push(text[at] === '{' ? new Set() : null) > deepest) return 'too_deep';
        break;
      case '}':
      case ']':
        open.pop();
        break;
      case '"': {
        const end = endOfString(text, at);
        if (end < 0) return 'not_json';
        const names = open.at(-1);
        if (names && isName(text, end)) {
          const name = nameOf(text.slice(at, end + 1));
          if (name === null) return 'not_json';
          if (names.has(name)) return 'duplicate_key';
          names.add(name);
        }
        at = end;
        break;
      }
      default:
    }
  }
  return null;
}

function endOfString(text: string, from: number): number {
  for (let at = from + 1; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '"') return at;
  }
  return -1;
}

function isName(text: string, end: number): boolean {
  let at = end + 1;
  while (' \t\n\r'.includes(text[at] ?? '-')) at += 1;
  return text[at] === ':';
}

/** As it is meant, not as it is spelt: `"\u0061"` and `"a"` are one name. */
function nameOf(quoted: string): string | null {
  try {
    return JSON.parse(quoted) as string;
  } catch {
    return null;
  }
}
