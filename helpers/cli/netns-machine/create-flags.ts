import type { Flag } from './flags.ts';

const COMMON: readonly Flag[] = [
  {
    names: ['driver', 'd'],
    kind: 'string',
    value: 'netns',
    env: 'MACHINE_DRIVER',
    usage: 'netns, or none for an engine that exists already',
  },
  { names: ['engine-env'], kind: 'list', usage: 'Environment of the engine, KEY=VALUE' },
  {
    names: ['engine-insecure-registry'],
    kind: 'list',
    usage: 'Registries that the engine may use without TLS',
  },
  {
    names: ['engine-install-url'],
    kind: 'string',
    value: 'https://get.docker.com',
    env: 'MACHINE_DOCKER_INSTALL_URL',
    usage: 'Only noted: nothing is installed in a machine',
  },
  { names: ['engine-label'], kind: 'list', usage: 'Labels of the engine, KEY=VALUE' },
  { names: ['engine-opt'], kind: 'list', usage: "dockerd's options, NAME=VALUE" },
  {
    names: ['engine-registry-mirror'],
    kind: 'list',
    env: 'ENGINE_REGISTRY_MIRROR',
    usage: 'Registry mirrors of the engine',
  },
  { names: ['engine-storage-driver'], kind: 'string', usage: 'Storage driver of the engine' },
  { names: ['swarm'], kind: 'boolean', usage: 'The machine belongs to a classic Swarm' },
  { names: ['swarm-addr'], kind: 'string', usage: "Address for the Swarm's other members" },
  { names: ['swarm-discovery'], kind: 'string', usage: 'Where the members find each other' },
  { names: ['swarm-experimental'], kind: 'boolean', usage: "Swarm's experimental features" },
  {
    names: ['swarm-host'],
    kind: 'string',
    value: 'tcp://0.0.0.0:3376',
    usage: 'Where the Swarm manager listens',
  },
  {
    names: ['swarm-image'],
    kind: 'string',
    value: 'swarm:latest',
    env: 'MACHINE_SWARM_IMAGE',
    usage: "Swarm's image: a tag, a file of docker save, or a static binary",
  },
  { names: ['swarm-join-opt'], kind: 'list', usage: "Options of the Swarm's agent" },
  { names: ['swarm-master'], kind: 'boolean', usage: 'The machine manages the Swarm' },
  { names: ['swarm-opt'], kind: 'list', usage: "Options of the Swarm's manager" },
  {
    names: ['swarm-strategy'],
    kind: 'string',
    value: 'spread',
    usage: 'How the Swarm places containers',
  },
  { names: ['tls-san'], kind: 'list', usage: "More names for the engine's certificate" },
];

const OWN: Readonly<Record<string, readonly Flag[]>> = {
  netns: [
    {
      names: ['netns-address'],
      kind: 'string',
      env: 'NETNS_ADDRESS',
      usage: 'IPv4 address of the machine; the next free one when absent',
    },
    {
      names: ['netns-cpus'],
      kind: 'string',
      env: 'NETNS_CPUS',
      usage: 'CPUs that the machine may use; all when absent',
    },
    {
      names: ['netns-egress'],
      kind: 'boolean',
      env: 'NETNS_EGRESS',
      usage: 'Let the machine out of its network',
    },
    {
      names: ['netns-engine'],
      kind: 'string',
      env: 'E2E_ENGINE_BUNDLE',
      usage: "Engine bundle: a version, system, or a folder; the tutorial's own when absent",
    },
    {
      names: ['netns-image'],
      kind: 'list',
      env: 'NETNS_IMAGE',
      usage:
        "Images that the engine has from the start: the tutorial's, by name, or archives of docker save",
    },
    {
      names: ['netns-memory'],
      kind: 'string',
      env: 'NETNS_MEMORY',
      usage: 'MB of memory that the machine may use; all when absent',
    },
    {
      names: ['netns-subnet'],
      kind: 'string',
      env: 'NETNS_SUBNET',
      usage: "The store's network, A.B.C.0/24; 192.168.99.0/24 or the next free one when absent",
    },
  ],
  none: [{ names: ['url'], kind: 'string', usage: 'URL of the engine' }],
};

/** The options of `create` with a driver; undefined when there is no such driver. */
export function createFlags(driver: string): readonly Flag[] | undefined {
  const own = OWN[driver];
  if (own === undefined) return undefined;
  return [...COMMON, ...own].sort((a, b) => (a.names[0] < b.names[0] ? -1 : 1));
}

/**
 * The driver that a call of `create` is about. It has to be known before the options can be read, since it brings some
 * of them along.
 */
export function driverIn(
  words: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): string {
  for (const [index, word] of words.entries()) {
    if (/^--?(?:d|driver)$/.test(word)) {
      const value = words[index + 1] ?? '';
      if (value !== '') return value;
    }
    const value = /^--?(?:d|driver)=(.*)$/.exec(word)?.[1] ?? '';
    if (value !== '') return value;
  }
  return environment['MACHINE_DRIVER'] || 'netns';
}
