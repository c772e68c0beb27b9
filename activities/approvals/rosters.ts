/** Where attestors have the roster from: as it stands now, asked anew for every word. */
import type { Roster } from './roster.ts';

export interface Rosters {
  /** Never throws. `unavailable`: nobody can say who is who now, so nothing counts until somebody can. */
  current(): Promise<
    | { readonly kind: 'roster'; readonly roster: Roster }
    | { readonly kind: 'unavailable'; readonly reason: string }
  >;
}
