/** Lines as programs print them, without those that say nothing and without spaces for looks. */
export function linesOf(text: string): readonly string[] {
  return text.split('\n').flatMap((line) => {
    const plain = line.trim().replace(/\s+/g, ' ');
    return plain === '' || plain === '!' ? [] : [plain];
  });
}
