import { expect, test } from 'vitest';
import { findTopology } from '../../../helpers/topology/topologies.ts';
import { withEngine } from '../../../helpers/topology/topology.ts';

test('a requested engine applies to all machines that do not name one', () => {
  const seed = findTopology('seed');
  const [keystore, ...members] = seed.machines;
  const mixed = {
    ...seed,
    machines: [{ name: 'mh-keystore', engineBundle: 'system' }, ...members],
  };
  expect(keystore).toEqual({ name: 'mh-keystore' });
  expect(withEngine(mixed, '20.10.24').machines).toEqual([
    { name: 'mh-keystore', engineBundle: 'system' },
    { name: 'master-host', engineBundle: '20.10.24' },
    { name: 'worker-host', engineBundle: '20.10.24' },
  ]);
});

test('a topology on an engine has its own name, even if the engine is a folder', () => {
  const { name, machines, cluster } = findTopology('etcd@/opt/user@home');
  expect(name).toBe('etcd@/opt/user@home');
  expect(cluster.kind).toBe('etcd');
  expect(machines.map(({ engineBundle }) => engineBundle)).toEqual(
    machines.map(() => '/opt/user@home'),
  );
  expect(() => findTopology('cloud@26.1.5')).toThrow('unknown topology "cloud@26.1.5"');
});
