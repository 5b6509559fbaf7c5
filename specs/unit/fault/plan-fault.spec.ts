import { describe, expect, test } from 'vitest';
import { faultCatalog } from '../../../helpers/fault/catalog.ts';
import { type FaultCluster, faultNames, type FaultRequest } from '../../../helpers/fault/fault.ts';
import { planFault } from '../../../helpers/fault/plan-fault.ts';

function clusterOf(count: number, hasOwnKernel = true): FaultCluster {
  return {
    machines: Array.from({ length: count }, (_, at) => ({
      name: `m${at + 1}`,
      address: `192.168.99.${at + 1}`,
      hasOwnKernel,
    })),
    store: { machine: 'm1', port: 8500 },
    leader: 'm2',
  };
}

const cluster = clusterOf(4);

/** The addresses from which each machine drops packets. */
function drops(request: FaultRequest, of = cluster): Record<string, string[]> {
  const { inject } = planFault(of, request);
  return Object.fromEntries(
    inject.flatMap((step) =>
      step.do === 'run'
        ? [
            [
              step.machine,
              [...step.script.matchAll(/ -s \S+\.(\d+) /g)].map(([, last = '']) => last),
            ],
          ]
        : [],
    ),
  );
}

/** A valid request for each fault. */
const requests = faultNames.map((name): FaultRequest => {
  const [least] = faultCatalog[name].machines;
  return { name, machines: ['m3', 'm4'].slice(0, least) };
});

describe('The plan of a fault', () => {
  test.for(requests)('$name undoes each machine that it changes', (request) => {
    const { inject, undo, title } = planFault(cluster, request);
    expect(inject.length).toBeGreaterThan(0);
    const machines = (steps: typeof inject) => [...new Set(steps.map((one) => one.machine))].sort();
    expect(machines(undo)).toEqual(machines(inject));
    expect(title).toMatch(/\w/);
  });

  test('partition drops packets between both sides, in both directions', () => {
    expect(drops({ name: 'partition', machines: ['m1', 'm2'] })).toEqual({
      m1: ['3', '4'],
      m2: ['3', '4'],
      m3: ['1', '2'],
      m4: ['1', '2'],
    });
  });

  test('partition without machines separates the halves', () => {
    expect(drops({ name: 'partition' })).toEqual(
      drops({ name: 'partition', machines: ['m1', 'm2'] }),
    );
  });

  test('partition-one-way drops only at the second machine', () => {
    expect(drops({ name: 'partition-one-way', machines: ['m1', 'm2'] })).toEqual({ m2: ['1'] });
  });

  test('partition-ring leaves each machine its two neighbors', () => {
    expect(drops({ name: 'partition-ring' }, clusterOf(5))).toEqual({
      m1: ['3', '4'],
      m2: ['4', '5'],
      m3: ['1', '5'],
      m4: ['1', '2'],
      m5: ['2', '3'],
    });
  });

  test('two plans have different IDs, so that both can exist', () => {
    const [one, other] = [1, 2].map(() => planFault(cluster, { name: 'partition' }));
    expect(one?.id).not.toBe(other?.id);
  });

  test.for<[FaultRequest, string]>([
    [{ name: 'partition', machines: ['m1', 'm2', 'm3', 'm4'] }, 'no machine is left'],
    [{ name: 'partition', machines: ['m1', 'm1'] }, 'named twice'],
    [{ name: 'partition', machines: ['n1'] }, 'unknown machine "n1". Did you mean "m1"?'],
    [{ name: 'partition-one-way', machines: ['m1'] }, '1 machines. It takes exactly 2'],
    [{ name: 'engine-killed' }, '0 machines. It takes at least 1'],
    [{ name: 'store-paused', machines: ['m1'] }, '1 machines. It takes none'],
    [{ name: 'packet-loss', machines: ['m1'], by: 101 }, 'between 1 and 100 percent'],
    [{ name: 'packet-loss', machines: ['m1'], by: Number.NaN }, 'between 1 and 100 percent'],
    [{ name: 'partition', by: 3 }, 'omit --by'],
    [{ name: 'packet-delay', machines: ['m1'], by: 10, jitter: 11 }, 'between 0 and the delay'],
    [{ name: 'packet-loss', machines: ['m1'], jitter: 1 }, 'Only packet-delay has a jitter'],
  ])('is refused for %j', ([request, message]) => {
    expect(() => planFault(cluster, request)).toThrow(message);
  });

  test('is refused on a cluster that does not have its target', () => {
    const { machines } = cluster;
    expect(() => planFault({ machines }, { name: 'store-paused' })).toThrow('no key-value store');
    expect(() => planFault({ machines }, { name: 'leader-lost' })).toThrow('no leading manager');
    expect(() => planFault(clusterOf(3), { name: 'partition-ring' })).toThrow('at least four');
  });

  test.for(['clock-changed', 'disk-full'] as const)(
    '%s is refused on a machine that shares this computer',
    (name) => {
      expect(() => planFault(clusterOf(4, false), { name, machines: ['m1'] })).toThrow(
        'm1 shares the kernel and the disk of this computer',
      );
    },
  );

  test('needs netem for delays, duplicates, order, corruption and rates only', () => {
    const needs = requests.flatMap((one) =>
      planFault(cluster, one).needs.length > 0 ? one.name : [],
    );
    expect(needs).toEqual([
      'packet-delay',
      'packet-duplication',
      'packet-reordering',
      'packet-corruption',
      'rate-limit',
    ]);
  });
});
