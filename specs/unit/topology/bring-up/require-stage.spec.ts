import { expect, test } from 'vitest';
import { requireStage } from '../../../../helpers/topology/bring-up/require-stage.ts';
import { findTopology } from '../../../../helpers/topology/topologies.ts';
import { lastStageOf, stages } from '../../../../helpers/topology/topology.ts';
import { neededStage, whyLeftOut } from '../../../../helpers/api/vitest/needed-stage.ts';
import { neededStages } from '../../../seed/stages.ts';

const files = ['keystore', 'cluster', 'overlay-network', 'name-and-ping', 'car-endpoint'].map(
  (name) => `/specs/seed/${name}.spec.ts`,
);

test('a topology is brought up to the last stage that its engines support', () => {
  const zookeeper = findTopology('zookeeper');
  expect(lastStageOf(zookeeper)).toBe('network');
  for (const stage of stages.slice(0, 3))
    expect(() => requireStage(zookeeper, stage)).not.toThrow();
  expect(() => requireStage(zookeeper, 'workload')).toThrow(
    /^bring up zookeeper until workload: Docker 20\.10 exits .*. Use --until network/,
  );
});

test('a topology without limits is brought up completely', () => {
  const seed = findTopology('seed');
  expect(lastStageOf(seed)).toBe('workload');
  for (const stage of stages) expect(() => requireStage(seed, stage)).not.toThrow();
});

test('a cluster without a key-value store has no stage for it', () => {
  expect(() => requireStage(findTopology('swarm-mode'), 'keystore')).toThrow(
    'bring up swarm-mode until keystore: swarm mode has no key-value store. Use --until cluster.',
  );
});

test('spec files that need unsupported stages are skipped with the reason, and bring nothing up', () => {
  const zookeeper = findTopology('zookeeper');
  const left = files.filter((file) => whyLeftOut(file, zookeeper, neededStages) !== undefined);
  expect(left).toEqual(files.slice(3));
  expect(whyLeftOut('/specs/seed/car-endpoint.spec.ts', zookeeper, neededStages)).toMatch(
    /exits when the first/,
  );
  expect(neededStage(files, zookeeper, neededStages)).toBe('network');
  expect(neededStage(files.slice(0, 2), zookeeper, neededStages)).toBe('cluster');
  expect(neededStage(files.slice(1, 4), zookeeper, neededStages)).toBe('network');
  const seed = findTopology('seed');
  expect(files.filter((file) => whyLeftOut(file, seed, neededStages) !== undefined)).toEqual([]);
  expect(neededStage(files, seed, neededStages)).toBe('workload');
});
