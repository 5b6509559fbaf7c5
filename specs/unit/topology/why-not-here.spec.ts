import type { TestProject } from 'vitest/node';
import { expect, test, vi } from 'vitest';
import { findTopology } from '../../../helpers/topology/topologies.ts';
import { whyNotHere } from '../../../helpers/api/vitest/why-not-here.ts';

/** Returns a project of a run of these projects. */
function projectOf(...names: string[]): TestProject {
  const projects = names.map((name) => {
    const hasTopology = !['unit', 'machines'].includes(name);
    return { name, config: { provide: hasTopology ? { topologySource: name } : {} } };
  });
  return { vitest: { projects } } as unknown as TestProject;
}

test('with VirtualBox one topology runs at a time: the seed, or the first chosen one', ({
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
    'on docker-machine with the driver virtualbox only one topology can run at a time: run it with --project etcd',
  );
  expect(whyNotHere(findTopology('etcd'), projectOf('unit', 'etcd', 'shop'))).toBeUndefined();
  const shop = { ...findTopology('etcd'), name: 'shop' };
  expect(whyNotHere(shop, projectOf('machines', 'shop'))).toBeUndefined();
  expect(whyNotHere(shop, projectOf('etcd', 'shop'))).toMatch(/: run it with --project shop$/);
});

test("on the built-in provider all run in parallel, even through docker-machine's command line", ({
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

test('a classic Swarm runs only if its image is named', ({ onTestFinished }) => {
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
