import { describe, expect, test } from 'vitest';
import type { OverlayEndpoint } from '../../../../../helpers/check/derive/endpoints.ts';
import {
  choosePairs,
  chooseIsolationPairs,
} from '../../../../../helpers/check/observe/paths/plan/choose-pairs.ts';
import type { EndpointPair } from '../../../../../helpers/check/derive/endpoints.ts';

/** Returns an endpoint by its host and container. A container may have several. */
function end(network: string, place: string): OverlayEndpoint {
  const [host = '', container = ''] = place.split('/');
  return {
    network,
    networkId: `id of ${network}`,
    container,
    containerId: `id of ${container}`,
    endpointId: `${network} ${container}`,
    address: '10.0.9.2',
    mac: '02:42:0a:00:09:02',
    host,
    hostAddress: undefined,
    pid: 1,
  };
}

const inWords = (pairs: readonly EndpointPair[]) =>
  pairs.map(({ from, to }) => `${from.container} to ${to.container}`);

describe('Pairs of containers for probes', () => {
  const ends = ['one/a1', 'one/a2', 'two/b1', 'three/c1'].map((place) => end('net', place));

  test('are all ordered pairs of a network on different hosts, if there are few', () => {
    const { all, chosen } = choosePairs(ends, 1000);
    expect(all).toBe(10);
    expect(new Set(inWords(chosen)).size).toBe(10);
    expect(inWords(chosen)).not.toContain('a1 to a2');
  });

  test('never belong to different networks', () => {
    const apart = [end('net', 'one/a1'), end('other', 'two/b1')];
    expect(choosePairs(apart, 1000)).toEqual({ all: 0, chosen: [], overCapacity: 0 });
  });

  test('contain every endpoint as sender and receiver first, then every ordered pair of hosts', () => {
    const { chosen: firsts } = choosePairs(ends, 5);
    expect(new Set(firsts.map(({ from }) => from.container)).size).toBe(4);
    expect(new Set(firsts.map(({ to }) => to.container)).size).toBe(4);
    const { chosen: more } = choosePairs(ends, 8);
    const chosen = [
      ...Map.groupBy(more, ({ from, to }) => `${from.host} ${to.host}`).values(),
    ].flatMap((one) => one.slice(0, 1));
    expect(chosen.map(({ from, to }) => `${from.host} to ${to.host}`).sort()).toEqual([
      'one to three',
      'one to two',
      'three to one',
      'three to two',
      'two to one',
      'two to three',
    ]);
  });

  test('are chosen up to a maximum without building the list of all pairs', () => {
    const many = Array.from({ length: 2000 }, (_, index) => end('net', `${index % 50}/c${index}`));
    const { all, chosen } = choosePairs(many, 5000);
    expect({ all, chosen: chosen.length }).toEqual({ all: 2000 * 1960, chosen: 5000 });
    expect(new Set(chosen.map(({ from, to }) => `${from.host} ${to.host}`)).size).toBe(50 * 49);
  });
});

describe('Pairs of containers in a large cluster', () => {
  const ends = Array.from({ length: 480 }, (_, index) => end('net', `${index % 48}/c${index}`));
  // A network on two hosts that are far apart on the ring of all hosts, and one with most containers on one host.
  const others = [
    ...['3/x1', '30/x2'].map((place) => end('small', place)),
    ...Array.from({ length: 1500 }, (_, index) => end('uneven', `7/u${index}`)),
    end('uneven', '9/alone'),
  ];
  const all = [...ends, ...others];

  test('contain each endpoint of each network as sender and as receiver', () => {
    const { chosen } = choosePairs(all, undefined, new Map(), 10);
    expect(new Set(chosen.map(({ from }) => from.endpointId)).size).toBe(all.length);
    expect(new Set(chosen.map(({ to }) => to.endpointId)).size).toBe(all.length);
  });

  test('grow with the number of endpoints, not with its square', () => {
    for (const times of [1, 2, 4]) {
      const many = Array.from({ length: 480 * times }, (_, index) =>
        end('net', `${index % (48 * times)}/c${index}`),
      );
      const { chosen } = choosePairs(many, undefined, new Map(), 10);
      expect(chosen.length).toBe(Math.max(1000, many.length));
    }
  });

  test('are between neighbors of the ring of a network, each host with 10 others', () => {
    const { chosen } = choosePairs(ends.slice(0, 48), undefined, new Map(), 10);
    expect(chosen).toHaveLength(480);
    for (const { host } of ends.slice(0, 48)) {
      expect(chosen.filter(({ from }) => from.host === host)).toHaveLength(10);
      expect(chosen.filter(({ to }) => to.host === host)).toHaveLength(10);
    }
  });

  test('are the same in any order of the endpoints of different hosts', () => {
    const one = ends.slice(0, 48);
    const [first = [], second] = [one, one.toReversed()].map((some) =>
      inWords(choosePairs(some, undefined, new Map(), 10).chosen).sort(),
    );
    expect(second).toEqual(first);
  });

  test('contain each host although a shared kernel has room for few', () => {
    const kernels = new Map(ends.map(({ host }) => [host, { boot: 'one', capacity: 400 }]));
    const { chosen, overCapacity } = choosePairs(ends.slice(0, 48), undefined, kernels, 10);
    expect(overCapacity).toBeGreaterThan(0);
    expect(new Set(chosen.map(({ from }) => from.host)).size).toBe(48);
    expect(new Set(chosen.map(({ to }) => to.host)).size).toBe(48);
  });
});

describe('Pairs on hosts that share a kernel', () => {
  const ends = Array.from({ length: 32 }, (_, index) => end('net', `${index % 16}/c${index}`));
  const hosts = Array.from({ length: 16 }, (_, index) => `${index}`);
  const shared = new Map(hosts.map((host) => [host, { boot: 'one', capacity: 1024 }]));
  const own = new Map(hosts.map((host) => [host, { boot: `of ${host}`, capacity: 1024 }]));

  test('need at most half of its neighbor table, and contain each pair of hosts', () => {
    const { all, chosen, overCapacity } = choosePairs(ends, 1000, shared);
    expect({ all, overCapacity }).toEqual({ all: 960, overCapacity: 960 - chosen.length });
    const entries = chosen.flatMap(({ from, to }) => [
      `${from.container} notes ${to.container}`,
      `${to.container} notes ${from.container}`,
    ]);
    expect(new Set(entries).size).toBe(512);
    // In both directions: the way back needs no additional entry.
    expect(chosen).toHaveLength(512);
    expect(new Set(chosen.map(({ from, to }) => `${from.host} ${to.host}`)).size).toBe(16 * 15);
  });

  test('are not limited if each host has its own kernel, or no kernel is known', () => {
    expect(choosePairs(ends, 1000, own)).toMatchObject({ all: 960, overCapacity: 0 });
    expect(choosePairs(ends, 1000)).toMatchObject({ all: 960, overCapacity: 0 });
  });

  test('are limited separately for each kernel', () => {
    const small = new Map([...own, ['0', { boot: 'of 0', capacity: 10 }]]);
    const { chosen } = choosePairs(ends, 1000, small);
    const ofSmall = chosen.filter(({ from, to }) => from.host === '0' || to.host === '0');
    expect(ofSmall).toHaveLength(10);
    expect(chosen.length - ofSmall.length).toBe(960 - 2 * 2 * 30);
  });
});

describe('Isolation pairs', () => {
  test('are endpoints of containers without a common network, on one host or on two', () => {
    const ends = [
      end('red', 'one/r'),
      end('blue', 'one/b'),
      end('blue', 'two/b2'),
      end('red', 'two/both'),
      end('blue', 'two/both'),
    ];
    expect(inWords(chooseIsolationPairs(ends, 100)).sort()).toEqual([
      'b to r',
      'b2 to r',
      'r to b',
      'r to b2',
    ]);
  });

  test('are chosen up to a maximum', () => {
    const ends = Array.from({ length: 20 }, (_, index) => end(`net-${index}`, `one/c${index}`));
    expect(chooseIsolationPairs(ends, 60)).toHaveLength(60);
  });
});
