import type { TestProject } from 'vitest/node';
import { expect, test, vi } from 'vitest';
import { findTopology } from '../../../helpers/topology/topologies.ts';
import { whyNotHere } from '../../seed/why-not-here.ts';

/** A project of a run of these projects. */
function projectOf(...names: string[]): TestProject {
  return { vitest: { projects: names.map((name) => ({ name })) } } as unknown as TestProject;
}

test('with VirtualBox one topology stands at a time: the seed, or the first of those that are chosen', ({
  onTestFinished,
}) => {
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  vi.stubEnv('E2E_PROVIDER', 'docker-machine');
  vi.stubEnv('E2E_DOCKER_MACHINE', process.execPath);
  vi.stubEnv('MACHINE_DRIVER', 'virtualbox');
  const all = projectOf('unit', 'seed', 'etcd');
  expect(whyNotHere(findTopology('seed'), all)).toBeUndefined();
  expect(whyNotHere(findTopology('etcd'), all)).toBe(
    'on docker-machine with the driver virtualbox one topology stands at a time: npm test -- --project etcd',
  );
  expect(whyNotHere(findTopology('etcd'), projectOf('unit', 'etcd', 'shop'))).toBeUndefined();
  const shop = { ...findTopology('etcd'), name: 'shop' };
  expect(whyNotHere(shop, projectOf('machines', 'shop'))).toBeUndefined();
  expect(whyNotHere(shop, projectOf('etcd', 'shop'))).toMatch(/: npm test -- --project shop$/);
});

test('on the built-in provider all stand side by side, also with docker-machine’s command line before it', ({
  onTestFinished,
}) => {
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  const all = projectOf('seed', 'etcd');
  vi.stubEnv('E2E_PROVIDER', 'netns');
  expect(whyNotHere(findTopology('etcd'), all)).toBeUndefined();
  vi.stubEnv('E2E_PROVIDER', 'docker-machine');
  vi.stubEnv('E2E_DOCKER_MACHINE', process.execPath);
  vi.stubEnv('MACHINE_DRIVER', 'netns');
  expect(whyNotHere(findTopology('etcd'), all)).toBeUndefined();
});

test('a classic Swarm stands where its image is named, and nowhere else', ({ onTestFinished }) => {
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  vi.stubEnv('E2E_PROVIDER', 'netns');
  vi.stubEnv('E2E_SWARM_IMAGE', '');
  const alone = projectOf('classic-swarm');
  expect(whyNotHere(findTopology('classic-swarm'), alone)).toMatch(/E2E_SWARM_IMAGE/);
  vi.stubEnv('E2E_SWARM_IMAGE', 'swarm');
  expect(whyNotHere(findTopology('classic-swarm'), alone)).toBeUndefined();
});
