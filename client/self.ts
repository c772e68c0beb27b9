/** How the reader called us, so that the commands we print can be copied as they stand. */
export const SELF = ['cordon', 'demo'].includes(process.env['npm_lifecycle_event'] ?? '')
  ? 'npm run -s cordon --'
  : 'cordon';

/** A command of ours to copy. Words that a POSIX shell could take apart are quoted. */
export function invocation(...words: readonly string[]): string {
  return [SELF, ...words.map(shellWord)].join(' ');
}

function shellWord(word: string): string {
  return /^[\w.:@/-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
