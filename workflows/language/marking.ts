/** TLP 2.0 (first.org/tlp) and PAP: how far a case may be told, and how openly it may be acted on. */
export const TLP = ['clear', 'green', 'amber', 'amber+strict', 'red'] as const;
export const PAP = ['clear', 'green', 'amber', 'red'] as const;
export type Tlp = (typeof TLP)[number];
export type Pap = (typeof PAP)[number];

export interface Marking {
  readonly tlp: Tlp | null;
  readonly pap: Pap | null;
}

export const UNMARKED: Marking = { tlp: null, pap: null };

/** Whether `marking` is stricter than `ceiling` allows. */
export function isAbove<M extends string>(scale: readonly M[], marking: M, ceiling: M): boolean {
  return scale.indexOf(marking) > scale.indexOf(ceiling);
}
