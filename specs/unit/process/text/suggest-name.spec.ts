import { expect, test } from 'vitest';
import { suggestName } from '../../../../helpers/process/text/suggest-name.ts';

const names = ['seed', 'etcd', 'zookeeper', 'classic-swarm', 'swarm-mode'];
const all = `Valid topologies: ${names.join(', ')}`;

test.for([
  ['sed', 'Did you mean "seed"?'],
  ['SEED', 'Did you mean "seed"?'],
  ['zoekeper', 'Did you mean "zookeeper"?'],
  ['swarm', 'Did you mean "swarm-mode"?'],
  ['sede', 'Did you mean "seed"?'],
  ['cloud', all],
  ['s', all],
  ['', all],
] as const)('%s: %s', ([word, advice]) => {
  expect(suggestName(word, names, 'topologies')).toBe(advice);
});

test('several equally near names are all suggested, and none twice', () => {
  const hosts = ['node-1', 'node-2', 'node-1', 'worker'];
  expect(suggestName('node-3', hosts, 'machines')).toBe('Did you mean "node-1" or "node-2"?');
  expect(suggestName('web', [], 'machines')).toBe('There are no machines');
});
