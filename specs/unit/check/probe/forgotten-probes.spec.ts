import { expect, test } from 'vitest';
import { findForgottenProbes } from '../../../../helpers/check/probe/forgotten-probes.ts';
import type { ContainerSummary } from '../../../../helpers/engine/containers.ts';

const LIMIT = 120_000;

function probe(id: string, state: string, createdAt: number): ContainerSummary {
  const labels = { 'org.overlay-e2e.probe': 'container' };
  return { id, name: id, image: 'overlay-e2e/probe:1', state, status: '', labels, createdAt };
}

test('Probes that were made and not started are forgotten once no check can be about to start them', () => {
  const containers = [
    probe('own', 'running', 1000),
    probe('forgotten', 'created', 885),
    probe('about to start', 'created', 895),
    probe('another check’s', 'running', 800),
    { ...probe('somebody else’s', 'created', 500), labels: {} },
  ];
  const found = findForgottenProbes(containers, { id: 'own', age: 10_000 }, LIMIT);
  expect(found.map(({ id }) => id)).toEqual(['forgotten']);
});

test('Without a container by which the engine’s clock is known, none is forgotten', () => {
  const own = { id: 'own', age: 10_000 };
  expect(findForgottenProbes([probe('old', 'created', 1)], own, LIMIT)).toEqual([]);
});
