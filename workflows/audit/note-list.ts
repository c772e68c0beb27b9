/** Several signed notes in one text, one after the other, as an append-only file holds them. */

/**
 * Splits at the places where a signature line is followed by another kind of line. What lies between is not understood
 * here: a piece that is no note is refused by whoever reads it. A last line without its end is kept, and so refused.
 */
export function splitNotes(text: string): readonly string[] {
  const notes: string[] = [];
  let note = '';
  let signed = false;
  for (const line of text.match(/[^\n]*\n|[^\n]+$/g) ?? []) {
    const isSignature = line.startsWith('\u2014 ');
    if (signed && !isSignature) {
      notes.push(note);
      note = '';
    }
    signed = isSignature;
    note += line;
  }
  return note === '' ? notes : [...notes, note];
}
