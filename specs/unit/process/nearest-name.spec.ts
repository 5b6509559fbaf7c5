import { expect, test } from 'vitest';
import { nearestName } from '../../../helpers/process/nearest-name.ts';

const names = ['seed', 'etcd', 'zookeeper', 'swarm-mode', 'mine'];

test.each([
  ['sed', 'seed'],
  ['mnie', 'mine'],
  ['SWARM-MOD', 'swarm-mode'],
  ['zokeper', 'zookeeper'],
])('the name nearest to %s is %s', (typed, nearest) => {
  expect(nearestName(typed, names)).toBe(nearest);
});

test.each(['kubernetes', '', 'x'])('no name is near %j', (typed) => {
  expect(nearestName(typed, names)).toBeUndefined();
});
