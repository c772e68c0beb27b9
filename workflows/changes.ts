/**
 * Every change of the walk that the history of a released version could notice has an id here, with its story,
 * and the code asks `patched(id)` before it takes the new path. None so far: nothing was released before. An id
 * is removed only when no open run can predate it.
 *
 * Shape of an entry: name, since which version, why, when it may go.
 */
export const CHANGES = {} as const satisfies {
  readonly [id: string]: { readonly since: string; readonly why: string; readonly until: string };
};
