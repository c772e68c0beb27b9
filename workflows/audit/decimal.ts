/** Sizes and indices as the formats write them: decimal, and one text per number. */

const DECIMAL = /^(0|[1-9][0-9]{0,15})$/;

/** Null for leading zeros, signs, anything else, and what a number cannot hold exactly. */
export function decimalOf(text: string): number | null {
  if (!DECIMAL.test(text)) return null;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : null;
}
