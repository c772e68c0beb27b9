/** Text that came from a provider, and so perhaps from an intruder, made fit to stand in a message to a person. */

const LONGEST = 160;
/** Controls, format characters (among them those that turn the direction of text), separators, halves of pairs. */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Cn}]/gu;

/**
 * Shows what is hidden as `\u{…}`, takes the life out of links (mail programs make them clickable, and the
 * name of an intruder's app is the intruder's to choose), and cuts after 160 characters.
 */
export function printable(text: string): string {
  const shown = text
    .replace(HIDDEN, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`)
    .replaceAll(/:\/\//g, '[://]')
    .replaceAll(/\bwww\./gi, 'www[.]');
  const characters = Array.from(shown);
  return characters.length <= LONGEST ? shown : `${characters.slice(0, LONGEST).join('')}…`;
}
