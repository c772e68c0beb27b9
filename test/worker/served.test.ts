/** Which connectors a worker serves: nothing is left without anybody, and nobody has what they were not started for. */
import { describe, expect, test } from '@jest/globals';
import { shipped } from '../../activities/connectors/shipped.ts';
import { CONNECTORS, type QueuesConfig } from '../../worker/config-queues.ts';
import { servedBy, type Served } from '../../worker/served.ts';
import { NO_CONNECTORS } from '../connectors/nothing-configured.ts';

const connectors = { ...NO_CONNECTORS, network: { switches: [], firewalls: [], resolvers: [] } };
const MADE = shipped(connectors).connectors.filter(({ name }) => ['network', 'report'].includes(name));

function serve(queues: QueuesConfig, only: readonly string[] | null = null): Served {
  const served = servedBy({ taskQueue: 'cordon', queues, connectors }, MADE, only);
  if (served.kind === 'problems') throw new Error(served.problems.join('\n'));
  return served;
}

function problems(queues: QueuesConfig, only: readonly string[] | null = null): readonly string[] {
  const served = servedBy({ taskQueue: 'cordon', queues, connectors }, MADE, only);
  return served.kind === 'problems' ? served.problems : [];
}

const names = (list: readonly { readonly name: string }[]): readonly string[] => list.map(({ name }) => name);

describe('a worker', () => {
  test('knows every connector that is shipped by its name', () => {
    expect(names(shipped(NO_CONNECTORS).connectors).toSorted()).toEqual([...CONNECTORS].toSorted());
  });

  test('serves what is configured from the common queue, where nothing else is said', () => {
    const served = serve({});
    expect(names(served.here)).toEqual(['network', 'report']);
    expect([served.elsewhere, served.polled, served.queues.size]).toEqual([[], [], 0]);
  });

  test('polls a queue of its own for a connector that has one, at the rate that is given', () => {
    const served = serve({ network: { perSecond: 3, elsewhere: false } });
    expect(served.polled).toEqual([{ connector: 'network', taskQueue: 'cordon.network', perSecond: 3 }]);
    expect([...served.queues]).toEqual([['network', 'cordon.network']]);
  });

  test('takes the connector’s own rate where none is given', () => {
    const made = shipped(NO_CONNECTORS).connectors.filter(({ name }) => name === 'defender');
    const queues = { defender: { perSecond: null, elsewhere: false } };
    const served = servedBy({ taskQueue: 'cordon', queues, connectors: NO_CONNECTORS }, made, null);
    expect(served).toMatchObject({ polled: [{ connector: 'defender', perSecond: 0.8 }] });
  });

  test('never calls a connector that is elsewhere, though it is configured here, and still plans with it', () => {
    const served = serve({
      network: { perSecond: null, elsewhere: true },
      router: { perSecond: null, elsewhere: true },
    });
    expect(names(served.here)).toEqual(['report']);
    expect(names(served.elsewhere).toSorted()).toEqual(['network', 'router']);
    expect(served.polled).toEqual([]);
    expect(served.queues.get('router')).toBe('cordon.router');
  });

  test('that was started for some connectors has those and no others', () => {
    const served = serve({}, ['network']);
    expect(names(served.here)).toEqual(['network']);
    expect(served.polled).toEqual([{ connector: 'network', taskQueue: 'cordon.network', perSecond: null }]);
  });

  test('does not start where calls would wait for nobody', () => {
    expect(problems({ router: { perSecond: null, elsewhere: false } })).toEqual([
      expect.stringMatching(/^queues\.router: the connector is not configured here; .*elsewhere: true/),
    ]);
  });

  test('does not start for a connector that is misspelt or not configured', () => {
    expect(problems({}, ['netwrok', 'router', 'network'])).toEqual([
      expect.stringMatching(/^--connectors: there is no connector "netwrok"\. Did you mean `network`/),
      expect.stringMatching(/^--connectors: router is not configured/),
    ]);
  });
});
