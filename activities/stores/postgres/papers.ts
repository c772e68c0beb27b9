/** Documents that may be erased, as statements: emptied first, because a row that says something is never deleted. */
import type { PaperName } from '../papers.ts';
import type { Statement } from './log-writes.ts';

const NAMED = 'unnest($1::text[], $2::text[]) AS named (kind, digest)';

export function erasePapers(papers: readonly PaperName[]): readonly Statement[] {
  const values = [papers.map(({ kind }) => kind), papers.map(({ digest }) => digest)];
  const empty = `
UPDATE cordon.documents AS kept SET text = ''
FROM ${NAMED} WHERE kept.kind = named.kind AND kept.digest = named.digest AND (named.kind <> 'saved'
  OR NOT EXISTS (SELECT FROM cordon.claims WHERE position(named.digest IN effect) > 0))`;
  const remove = `
DELETE FROM cordon.documents AS kept
USING ${NAMED} WHERE kept.kind = named.kind AND kept.digest = named.digest AND kept.text = ''`;
  return [
    { text: empty, values },
    { text: remove, values },
  ];
}
