import { expect, test } from 'vitest';
import { othersOf } from '../../../../helpers/cluster/swarm-mode/swarm-mode.ts';

test('the gossip of an engine must know all members but itself', () => {
  const members = ['one', 'two', 'three'].map((name, at) => ({ name, address: `10.0.0.${at}` }));
  expect(othersOf('two', members).map(({ name }) => name)).toEqual(['one', 'three']);
  expect(othersOf('one', members.slice(0, 1))).toEqual([]);
});
