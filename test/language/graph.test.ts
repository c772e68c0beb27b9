import { describe, expect, test } from '@jest/globals';
import { buildGraph, type Graph, type GraphFault } from '../../workflows/language/graph.ts';

type Needs = Readonly<Record<string, readonly string[]>>;

function result(needs: Needs): ReturnType<typeof buildGraph> {
  return buildGraph(new Map(Object.entries(needs)));
}

function graphOf(needs: Needs): Graph {
  const built = result(needs);
  if (built.kind === 'faults') throw new Error(built.faults.map(({ message }) => message).join('\n'));
  return built.graph;
}

function faultsOf(needs: Needs): readonly GraphFault[] {
  const built = result(needs);
  return built.kind === 'faults' ? built.faults : [];
}

const email: Needs = {
  proof_of_control: [],
  evidence_snapshot: ['proof_of_control'],
  list_filters: ['proof_of_control'],
  delete_suspicious_filters: ['list_filters'],
  rotate_password: ['proof_of_control'],
  enroll_2fa: ['rotate_password'],
  revoke_oauth: ['rotate_password'],
  hardening_coach: ['enroll_2fa', 'revoke_oauth'],
};

describe('layers', () => {
  test('a chain has one layer per task, in order', () => {
    const graph = graphOf({ a: [], b: ['a'], c: ['b'] });
    expect(graph.layers).toEqual([['a'], ['b'], ['c']]);
    expect(graph.ancestors('c')).toEqual(['b', 'a']);
  });

  test('two roots and a joiner make two layers, roots in declaration order', () => {
    const graph = graphOf({ join: ['second', 'first'], second: [], first: [] });
    expect(graph.layers).toEqual([['second', 'first'], ['join']]);
  });

  test('the email playbook has four layers, each in the order its last need was released', () => {
    expect(graphOf(email).layers).toEqual([
      ['proof_of_control'],
      ['evidence_snapshot', 'list_filters', 'rotate_password'],
      ['delete_suspicious_filters', 'enroll_2fa', 'revoke_oauth'],
      ['hardening_coach'],
    ]);
  });

  test('order in a layer follows who released last, not who was declared first', () => {
    const graph = graphOf({ late: ['slow'], early: ['fast'], fast: [], slow: [] });
    expect(graph.layers).toEqual([
      ['fast', 'slow'],
      ['early', 'late'],
    ]);
  });

  test('a diamond has three layers, its middle in declaration order', () => {
    const graph = graphOf({ top: [], left: ['top'], right: ['top'], bottom: ['left', 'right'] });
    expect(graph.layers).toEqual([['top'], ['left', 'right'], ['bottom']]);
    expect(graph.ancestors('bottom')).toEqual(['left', 'right', 'top']);
  });

  test('a task stands behind its longest way from a root', () => {
    expect(graphOf({ a: [], b: ['a'], c: ['a', 'b'] }).layers).toEqual([['a'], ['b'], ['c']]);
  });

  test('one task is one layer, and no task is no layer', () => {
    expect(graphOf({ only: [] }).layers).toEqual([['only']]);
    expect(graphOf({}).layers).toEqual([]);
  });

  test('a need named twice counts once', () => {
    const graph = graphOf({ a: [], b: ['a', 'a'] });
    expect(graph.layers).toEqual([['a'], ['b']]);
    expect(graph.dependencies('b')).toEqual(['a']);
    expect(graph.dependents('a')).toEqual(['b']);
  });
});

describe('neighbours', () => {
  const graph = graphOf({ parent: [], child: ['parent'], sibling: ['parent'], grandchild: ['child'] });

  test('dependencies are the direct needs, of a root none', () => {
    expect(graph.dependencies('parent')).toEqual([]);
    expect(graph.dependencies('grandchild')).toEqual(['child']);
  });

  test('dependents are all that need it directly, in declaration order', () => {
    expect(graph.dependents('parent')).toEqual(['child', 'sibling']);
    expect(graph.dependents('grandchild')).toEqual([]);
  });

  test.each(['nobody', '__proto__', 'constructor'])(
    'an unknown name such as %s has no neighbours',
    (name) => {
      expect(graph.dependencies(name)).toEqual([]);
      expect(graph.dependents(name)).toEqual([]);
      expect(graph.ancestors(name)).toEqual([]);
    },
  );
});

describe('faults', () => {
  test('a cycle is named whole, from its first declared task', () => {
    expect(faultsOf({ free: [], a: ['b'], b: ['c'], c: ['a'] })).toEqual([
      {
        kind: 'cycle',
        task: 'a',
        path: ['a', 'b', 'c', 'a'],
        message: 'Tasks wait for each other: a -> b -> c -> a',
      },
    ]);
  });

  test('the path holds the cycle only, not the way to it', () => {
    const [fault] = faultsOf({ outside: ['b'], a: ['b'], b: ['a'], behind: ['outside'] });
    expect(fault).toMatchObject({ kind: 'cycle', path: ['a', 'b', 'a'] });
  });

  test('separate cycles are each told', () => {
    const paths = faultsOf({ a: ['b'], b: ['a'], c: ['d'], d: ['c'] });
    expect(paths.map((fault) => (fault.kind === 'cycle' ? fault.path : []))).toEqual([
      ['a', 'b', 'a'],
      ['c', 'd', 'c'],
    ]);
  });

  test('a task that needs itself is told as such, and not as a cycle too', () => {
    expect(faultsOf({ a: ['a'], b: ['a'] })).toEqual([
      { kind: 'self_reference', task: 'a', message: 'Task a needs itself' },
    ]);
  });

  test('an unknown dependency is told with both names', () => {
    const [fault] = faultsOf({ a: [], b: ['ghost'] });
    expect(fault).toEqual({
      kind: 'unknown_dependency',
      task: 'b',
      dependency: 'ghost',
      message: 'Task b depends on unknown task ghost',
    });
  });

  test('all faults are told at once', () => {
    const kinds = faultsOf({ a: ['b'], b: ['a'], c: ['c'], d: ['ghost', 'toString'] }).map(
      ({ kind }) => kind,
    );
    expect(kinds).toEqual(['self_reference', 'unknown_dependency', 'unknown_dependency', 'cycle']);
  });
});

describe('size', () => {
  const many = Array.from({ length: 10_000 }, (_, index) => `t${String(index)}`);

  /** Processor time, not the clock's: other work on the machine must not decide. */
  function timed<T>(work: () => T): { readonly value: T; readonly ms: number } {
    const start = process.cpuUsage();
    const value = work();
    const { user, system } = process.cpuUsage(start);
    return { value, ms: (user + system) / 1000 };
  }

  test('a chain of 10,000 tasks has 10,000 layers', () => {
    const chain = new Map(many.map((name, index) => [name, index === 0 ? [] : [`t${String(index - 1)}`]]));
    const { value, ms } = timed(() => buildGraph(chain));
    if (value.kind !== 'graph') throw new Error('not a graph');
    expect(value.graph.layers).toHaveLength(10_000);
    expect(value.graph.ancestors('t9999')).toHaveLength(9_999);
    expect(ms).toBeLessThan(2000);
  });

  test('a layer of 10,000 tasks between two joints is one layer', () => {
    const wide = new Map<string, readonly string[]>([
      ['top', []],
      ...many.map((name) => [name, ['top']] as const),
      ['end', many],
    ]);
    const { value, ms } = timed(() => buildGraph(wide));
    if (value.kind !== 'graph') throw new Error('not a graph');
    expect(value.graph.layers.map((layer) => layer.length)).toEqual([1, 10_000, 1]);
    expect(ms).toBeLessThan(2000);
  });

  test('a cycle of 10,000 tasks is found and named whole', () => {
    const ring = new Map(many.map((name, index) => [name, [`t${String((index + 1) % many.length)}`]]));
    const { value, ms } = timed(() => buildGraph(ring));
    if (value.kind !== 'faults') throw new Error('not a fault');
    expect(value.faults).toHaveLength(1);
    expect(value.faults[0]).toMatchObject({ kind: 'cycle', path: [...many, 't0'] });
    expect(ms).toBeLessThan(2000);
  });

  test('5,000 separate cycles are found in time', () => {
    const pairs = new Map(
      many.map((name, index) => [name, [`t${String(index % 2 === 0 ? index + 1 : index - 1)}`]]),
    );
    const { value, ms } = timed(() => buildGraph(pairs));
    expect(value.kind === 'faults' ? value.faults.length : 0).toBe(5_000);
    expect(ms).toBeLessThan(2000);
  });
});
