/** Who needs whom: layers, neighbours, and what is wrong with a graph. Iterative throughout: no chain is too long. */

export type GraphFault =
  | { readonly kind: 'self_reference'; readonly task: string; readonly message: string }
  | {
      readonly kind: 'unknown_dependency';
      readonly task: string;
      readonly dependency: string;
      readonly message: string;
    }
  /** `path` names every task on the cycle, each needing the next, and ends where it began. */
  | {
      readonly kind: 'cycle';
      readonly task: string;
      readonly path: readonly string[];
      readonly message: string;
    };

/** The queries answer an unknown name with an empty list. */
export interface Graph {
  /** Layer 0 in declaration order, later layers in the order in which their last need was released. */
  readonly layers: readonly (readonly string[])[];
  /** Direct needs, each once, as declared. */
  dependencies(name: string): readonly string[];
  /** Tasks that directly need this one, in declaration order. */
  dependents(name: string): readonly string[];
  /** All tasks this one waits for, nearest first. */
  ancestors(name: string): readonly string[];
}

export type GraphResult =
  | { readonly kind: 'graph'; readonly graph: Graph }
  | { readonly kind: 'faults'; readonly faults: readonly GraphFault[] };

type Edges = ReadonlyMap<string, readonly string[]>;

/** `needs`: task name to the names it needs, in declaration order. A need named twice counts once. */
export function buildGraph(needs: Edges): GraphResult {
  const faults: GraphFault[] = [];
  const dependencies = new Map<string, readonly string[]>();
  const dependents = new Map<string, string[]>();
  for (const name of needs.keys()) dependents.set(name, []);
  for (const [task, named] of needs) {
    const known: string[] = [];
    for (const dependency of new Set(named)) {
      const fault = edgeFault(task, dependency, needs);
      if (fault !== null) faults.push(fault);
      else known.push(dependency);
    }
    dependencies.set(task, known);
    for (const dependency of known) dependents.get(dependency)?.push(task);
  }
  const { layers, stuck } = layered(dependencies, dependents);
  faults.push(...cyclesAmong(stuck, dependencies));
  if (faults.length > 0) return { kind: 'faults', faults };
  return {
    kind: 'graph',
    graph: {
      layers,
      dependencies: (name) => dependencies.get(name) ?? [],
      dependents: (name) => dependents.get(name) ?? [],
      ancestors: (name) => ancestorsOf(name, dependencies),
    },
  };
}

function edgeFault(task: string, dependency: string, needs: Edges): GraphFault | null {
  if (dependency === task) return { kind: 'self_reference', task, message: `Task ${task} needs itself` };
  if (needs.has(dependency)) return null;
  const message = `Task ${task} depends on unknown task ${dependency}`;
  return { kind: 'unknown_dependency', task, dependency, message };
}

/** `stuck`: tasks on a cycle or behind one, in declaration order. */
function layered(
  dependencies: Edges,
  dependents: Edges,
): { readonly layers: readonly (readonly string[])[]; readonly stuck: ReadonlySet<string> } {
  const layers: string[][] = [];
  const stuck = new Set(dependencies.keys());
  const left = new Map<string, number>();
  for (const [name, needed] of dependencies) left.set(name, needed.length);
  let layer = [...dependencies.keys()].filter((name) => left.get(name) === 0);
  while (layer.length > 0) {
    layers.push(layer);
    const next: string[] = [];
    for (const name of layer) {
      stuck.delete(name);
      for (const dependent of dependents.get(name) ?? []) {
        const remaining = (left.get(dependent) ?? 0) - 1;
        left.set(dependent, remaining);
        if (remaining === 0) next.push(dependent);
      }
    }
    layer = next;
  }
  return { layers, stuck };
}

/** One fault for each separate cycle that following first needs leads to. */
function cyclesAmong(stuck: ReadonlySet<string>, dependencies: Edges): readonly GraphFault[] {
  const faults: GraphFault[] = [];
  const declared = new Map([...stuck].map((name, index) => [name, index]));
  const seen = new Set<string>();
  for (const start of stuck) {
    const trail = new Map<string, number>();
    let name: string | undefined = start;
    while (name !== undefined && !seen.has(name)) {
      seen.add(name);
      trail.set(name, trail.size);
      name = dependencies.get(name)?.find((needed) => stuck.has(needed));
    }
    const entry = name === undefined ? undefined : trail.get(name);
    if (entry !== undefined) faults.push(cycleFault([...trail.keys()].slice(entry), declared));
  }
  return faults;
}

/** Tells the cycle from its first declared task on, so that the message does not depend on where the search began. */
function cycleFault(members: readonly string[], declared: ReadonlyMap<string, number>): GraphFault {
  const position = (name: string): number => declared.get(name) ?? 0;
  const first = members.reduce((least, name) => (position(name) < position(least) ? name : least));
  const turn = members.indexOf(first);
  const path = [...members.slice(turn), ...members.slice(0, turn), first];
  return { kind: 'cycle', task: first, path, message: `Tasks wait for each other: ${path.join(' -> ')}` };
}

function ancestorsOf(name: string, dependencies: Edges): readonly string[] {
  const found = new Set(dependencies.get(name));
  for (const ancestor of found) for (const further of dependencies.get(ancestor) ?? []) found.add(further);
  return [...found];
}
