import { expect, test } from 'vitest';
import {
  checkRequest,
  createFlags,
  driverOf,
  environmentForCreate,
} from '../../../../helpers/machine/docker-machine/create-arguments.ts';
import {
  dockerMachineEnvironment,
  dockerMachineStore,
} from '../../../../helpers/machine/docker-machine/environment.ts';

test('engine options, labels and names for the certificate become separate flags', () => {
  expect(
    createFlags({
      name: 'master-host',
      engineOptions: ['cluster-store=consul://192.168.99.100:8500', 'cluster-advertise=eth1:2376'],
      engineLabels: ['role=master'],
      tlsSans: ['master.example'],
    }),
  ).toEqual([
    '--engine-opt=cluster-store=consul://192.168.99.100:8500',
    '--engine-opt=cluster-advertise=eth1:2376',
    '--engine-label=role=master',
    '--tls-san=master.example',
  ]);
});

test('a role in a classic Swarm becomes docker-machine’s flags for it', () => {
  const discovery = 'consul://192.168.99.100:8500';
  expect(createFlags({ name: 'worker-host', swarm: { master: false, discovery } })).toEqual([
    '--swarm',
    `--swarm-discovery=${discovery}`,
  ]);
  const swarm = {
    master: true,
    agent: false,
    discovery,
    image: 'swarm:1.2.9',
    strategy: 'random',
    host: 'tcp://0.0.0.0:4000',
    address: '192.168.99.101',
    opts: ['cors', 'heartbeat=5s'],
    joinOpts: ['ttl=30s'],
    experimental: true,
  };
  expect(createFlags({ name: 'master-host', swarm })).toEqual([
    '--swarm-master',
    '--swarm-experimental',
    `--swarm-discovery=${discovery}`,
    '--swarm-image=swarm:1.2.9',
    '--swarm-strategy=random',
    '--swarm-host=tcp://0.0.0.0:4000',
    '--swarm-addr=192.168.99.101',
    '--swarm-opt=cors',
    '--swarm-opt=heartbeat=5s',
    '--swarm-join-opt=ttl=30s',
  ]);
});

test.each(['-bad', 'a b', 'a_b', 'x!', 'a/b', '', '.x', 'ü'])(
  '"%s" is rejected as a machine name',
  (name) => {
    expect(() => checkRequest({ name }, {})).toThrow(/host name/);
  },
);

test('a missing image archive is an error before anything is created', () => {
  expect(() => checkRequest({ name: 'm1', images: ['/no/such.tar'] }, {})).toThrow(
    'image archive /no/such.tar: not found',
  );
});

test.each(['here', '10.0.0', '10.0.0.256', '::1'])(
  '"%s" is rejected as a machine address',
  (address) => {
    expect(() => checkRequest({ name: 'm1', address }, {})).toThrow(
      `machine m1: create at "${address}": not an IPv4 address`,
    );
  },
);

test('a machine has its own driver, or else the general one, or else docker-machine’s default', () => {
  const env = { MACHINE_DRIVER: 'generic', MACHINE_DRIVER__M2: 'digitalocean' };
  const driver = { MACHINE_DRIVER: 'virtualbox' };
  expect(driverOf({ name: 'm1' }, env)).toBe('generic');
  expect(driverOf({ name: 'm2', driver }, env)).toBe('digitalocean');
  expect(driverOf({ name: 'm3', driver }, env)).toBe('virtualbox');
  expect(driverOf({ name: 'm1' }, { MACHINE_DRIVER: '' })).toBe('virtualbox');
});

test('a machine has the environment variables with its name, without those of the others', () => {
  const env = {
    MACHINE_DRIVER: 'generic',
    GENERIC_SSH_KEY: '/key',
    GENERIC_IP_ADDRESS__MH_KEYSTORE: '10.1.1.1',
    GENERIC_IP_ADDRESS__MASTER_HOST: '10.1.1.2',
  };
  expect(environmentForCreate({ name: 'mh-keystore' }, env)).toEqual({
    GENERIC_IP_ADDRESS: '10.1.1.1',
  });
});

test('an environment variable for a machine overrides the topology', () => {
  const request = { name: 'm1', address: '10.0.0.1', driver: { GENERIC_SSH_PORT: '22' } };
  const env = { MACHINE_DRIVER: 'generic', GENERIC_SSH_PORT__M1: '2222' };
  expect(environmentForCreate(request, env)).toEqual({
    GENERIC_IP_ADDRESS: '10.0.0.1',
    GENERIC_SSH_PORT: '2222',
  });
});

test('a driver that assigns addresses itself rejects a requested address', () => {
  const request = { name: 'm1', address: '192.168.99.100' };
  expect(() => environmentForCreate(request, {})).toThrow(
    'machine m1: create at 192.168.99.100: the driver virtualbox assigns addresses itself. Omit the address',
  );
  expect(
    environmentForCreate({ ...request, driver: { MACHINE_DRIVER: 'generic' } }, {}),
  ).toMatchObject({ GENERIC_IP_ADDRESS: '192.168.99.100' });
});

test('an engine version is rejected by drivers with their own engine, and passed to netns', () => {
  const request = { name: 'm1', engineBundle: '26.1.5' };
  expect(() => checkRequest(request, { MACHINE_DRIVER: 'generic' })).toThrow(
    'machine m1: create with the engine 26.1.5: the driver generic installs an engine itself. Omit the engine version, or set E2E_PROVIDER=netns',
  );
  const ours = { MACHINE_DRIVER: 'netns', E2E_ENGINE_BUNDLE: '20.10.24' };
  expect(() => checkRequest(request, ours)).not.toThrow();
  expect(environmentForCreate(request, ours)).toEqual({ E2E_ENGINE_BUNDLE: '26.1.5' });
});

test('the user’s own state directory of docker-machine is never used by default', () => {
  expect(dockerMachineStore({})).toMatch(/\/\.local\/state\/overlay-e2e-docker-machine$/);
  expect(dockerMachineStore({ MACHINE_STORAGE_PATH: '/s' })).toBe('/s');
});

test('a shell that points to an engine does not change docker-machine’s environment', () => {
  expect(
    dockerMachineEnvironment({
      DOCKER_HOST: 'tcp://x',
      VIRTUALBOX_MEMORY_SIZE: '2048',
      XDG_STATE_HOME: '/st',
    }),
  ).toEqual({
    VIRTUALBOX_MEMORY_SIZE: '2048',
    XDG_STATE_HOME: '/st',
    MACHINE_STORAGE_PATH: '/st/overlay-e2e-docker-machine',
  });
});
