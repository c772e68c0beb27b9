/** A reason is for whoever reads the record later. These tell them nothing. */
const SHORTEST = 3;

/** What people write when a field must not be empty, and what our own examples leave to be filled in. */
const BOILERPLATE: ReadonlySet<string> = new Set([
  'approve',
  'approved',
  'agree',
  'agreed',
  'asdf',
  'because',
  'confirm',
  'confirmed',
  'done',
  'fine',
  'good',
  'lgtm',
  'looks good',
  'looks good to me',
  'n/a',
  'none',
  'okay',
  'reason',
  'reject',
  'rejected',
  'test',
  'xxx',
  'yes',
  'why',
  'your reason',
  'what you did',
  'what you saw',
]);

/** Null when it says something. */
export function flawOfReason(reason: string): { readonly code: string; readonly reason: string } | null {
  const plain = reason.normalize('NFKC').trim();
  if (plain.length < SHORTEST) return { code: 'no_reason', reason: 'say why, in a few words' };
  const bare = plain
    .toLowerCase()
    .replace(/[\s_-]+/g, ' ')
    .replace(/[.!?,;:]+$/g, '')
    .trim();
  const letters = /\p{L}/u.test(bare);
  if (letters && !BOILERPLATE.has(bare) && new Set(bare).size > 2) return null;
  return {
    code: 'empty_reason',
    reason: 'this reason says nothing; say what you looked at, and why it is right',
  };
}
