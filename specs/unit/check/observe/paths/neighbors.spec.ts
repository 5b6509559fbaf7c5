import { describe, expect, test } from 'vitest';
import {
  chooseNeighbors,
  countNeighbors,
} from '../../../../../helpers/check/observe/paths/plan/neighbors.ts';

const hosts = Array.from({ length: 50 }, (_, index) => `node-${index}`);

function pairs(among: readonly string[], most: number): Set<string> {
  const areNeighbors = chooseNeighbors(among, most);
  const all = among.flatMap((from) => among.map((to) => [from, to] as const));
  return new Set(
    all.filter(([from, to]) => from !== to && areNeighbors(from, to)).map((pair) => pair.join(' ')),
  );
}

describe('Neighbors of hosts', () => {
  test('each of 50 hosts sends to 10 others, and receives from 10', () => {
    const chosen = [...pairs(hosts, 10)].map((pair) => pair.split(' '));
    for (const host of hosts) {
      expect(chosen.filter(([from]) => from === host)).toHaveLength(10);
      expect(chosen.filter(([, to]) => to === host)).toHaveLength(10);
    }
  });

  test('are the same in any order of the hosts', () => {
    expect(pairs(hosts.toReversed(), 10)).toEqual(pairs(hosts, 10));
  });

  test('stay the same, except few, if a host goes', () => {
    const before = pairs(hosts, 10);
    const after = pairs(hosts.slice(1), 10);
    // Each of the 10 predecessors of the host gets another neighbor.
    expect([...after].filter((pair) => !before.has(pair))).toHaveLength(10);
  });

  test('are all others if there are few', () => {
    const few = hosts.slice(0, 11);
    expect(pairs(few, 10).size).toBe(110);
  });

  test('are all others on up to 20 hosts, then fewer, and at least 10', () => {
    expect([2, 11, 16, 20].map(countNeighbors)).toEqual([1, 10, 15, 19]);
    expect([21, 24, 40, 48, 1000].map(countNeighbors)).toEqual([19, 16, 10, 10, 10]);
  });
});
