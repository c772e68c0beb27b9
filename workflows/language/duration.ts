/** Durations as authors write them: a whole number and a unit. */
export const DURATION = /^[1-9]\d{0,6}[smhd]$/;
const LONGEST_MS = 30 * 86_400_000;
const UNIT_MS: { readonly [unit: string]: number } = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `30s`, `15m`, `24h`, `7d` to milliseconds; null when malformed or longer than 30 days. */
export function parseDuration(text: string): number | null {
  if (!DURATION.test(text)) return null;
  const unit = UNIT_MS[text.slice(-1)];
  const ms = unit === undefined ? NaN : Number(text.slice(0, -1)) * unit;
  return ms <= LONGEST_MS ? ms : null;
}
