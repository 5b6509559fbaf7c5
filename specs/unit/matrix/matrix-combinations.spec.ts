import { expect, test } from 'vitest';
import { listCombinations } from '../../matrix/matrix-combinations.ts';

const tooNew = 'engine 26.1.5 has no --cluster-store: key-value clusters need 20.10 or older';
const forkyTooNew = 'engine forky has no --cluster-store: key-value clusters need 20.10 or older';
const withoutConsul = "engine 20.10.24 has no consul:// (Debian's bookworm build)";

/** The reason why a combination does not exist; empty for existing ones. */
const matrix: Readonly<Record<string, string>> = {
  'seed@20.10.5': '',
  'seed@20.10.24': withoutConsul,
  'seed@26.1.5': tooNew,
  'seed@forky': forkyTooNew,
  'etcd@20.10.5': '',
  'etcd@20.10.24': '',
  'etcd@26.1.5': tooNew,
  'etcd@forky': forkyTooNew,
  'zookeeper@20.10.5': '',
  'zookeeper@20.10.24': '',
  'zookeeper@26.1.5': tooNew,
  'zookeeper@forky': forkyTooNew,
  'classic-swarm@20.10.5': '',
  'classic-swarm@20.10.24': withoutConsul,
  'classic-swarm@26.1.5': tooNew,
  'classic-swarm@forky': forkyTooNew,
  'swarm-mode@20.10.5': '',
  'swarm-mode@20.10.24': '',
  'swarm-mode@26.1.5': '',
  'swarm-mode@forky': '',
};

test('the matrix has every topology on every engine, with reasons for missing combinations', async () => {
  expect(await describeMatrix()).toEqual(matrix);
});

test('names of topologies and engines restrict it', async () => {
  expect(Object.keys(await describeMatrix(['etcd', 'swarm-mode', '26.1.5']))).toEqual([
    'etcd@26.1.5',
    'swarm-mode@26.1.5',
  ]);
  expect(Object.keys(await describeMatrix(['20.10.24']))).toEqual(
    Object.keys(matrix).filter((name) => name.endsWith('@20.10.24')),
  );
});

test('an unknown name is rejected in one line', async () => {
  await expect(listCombinations(['etdc'])).rejects.toThrow('unknown engine version "etdc"');
});

async function describeMatrix(words: readonly string[] = []): Promise<Record<string, string>> {
  const combinations = await listCombinations(words);
  return Object.fromEntries(
    combinations.map(({ topology, refusal }) => [topology.name, refusal?.observed ?? '']),
  );
}
