import type { Flag } from '../flags.ts';

const COMMON: readonly Flag[] = [
  {
    names: ['driver', 'd'],
    kind: 'string',
    value: 'netns',
    env: 'MACHINE_DRIVER',
    usage: 'netns, uml for a machine with its own kernel, or none for an existing engine',
  },
  { names: ['engine-env'], kind: 'list', usage: 'Environment variables of the engine, KEY=VALUE' },
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
    usage: 'Only recorded: nothing is installed in a machine',
  },
  { names: ['engine-label'], kind: 'list', usage: 'Labels of the engine, KEY=VALUE' },
  { names: ['engine-opt'], kind: 'list', usage: 'Options of dockerd, NAME=VALUE' },
  {
    names: ['engine-registry-mirror'],
    kind: 'list',
    env: 'ENGINE_REGISTRY_MIRROR',
    usage: 'Registry mirrors of the engine',
  },
  { names: ['engine-storage-driver'], kind: 'string', usage: 'Storage driver of the engine' },
  { names: ['swarm'], kind: 'boolean', usage: 'Add the machine to a classic Swarm' },
  { names: ['swarm-addr'], kind: 'string', usage: 'Address for other members of the Swarm' },
  { names: ['swarm-discovery'], kind: 'string', usage: 'Discovery URL of the Swarm' },
  {
    names: ['swarm-experimental'],
    kind: 'boolean',
    usage: 'Enable experimental features of Swarm',
  },
  {
    names: ['swarm-host'],
    kind: 'string',
    value: 'tcp://0.0.0.0:3376',
    usage: 'Address on which the Swarm manager listens',
  },
  {
    names: ['swarm-image'],
    kind: 'string',
    value: 'swarm:latest',
    env: 'MACHINE_SWARM_IMAGE',
    usage: 'Image of Swarm: a tag, a docker save archive, or a static binary',
  },
  { names: ['swarm-join-opt'], kind: 'list', usage: 'Options of the Swarm agent' },
  { names: ['swarm-master'], kind: 'boolean', usage: 'Make the machine the manager of the Swarm' },
  { names: ['swarm-opt'], kind: 'list', usage: 'Options of the Swarm manager' },
  {
    names: ['swarm-strategy'],
    kind: 'string',
    value: 'spread',
    usage: 'Placement strategy of the Swarm',
  },
  { names: ['tls-san'], kind: 'list', usage: "Additional names in the engine's certificate" },
];

/** Returns the options of a driver for machines on this computer: `--netns-memory`. */
function localFlags(
  driver: 'netns' | 'uml',
  limits: { readonly cpus: string; readonly memory: string },
): Flag[] {
  const named = (name: string): Pick<Flag, 'names' | 'env'> => ({
    names: [`${driver}-${name}`],
    env: `${driver}_${name}`.toUpperCase(),
  });
  return [
    {
      ...named('address'),
      kind: 'string',
      usage: 'IPv4 address of the machine (default: the next free one)',
    },
    { ...named('cpus'), kind: 'string', usage: limits.cpus },
    {
      ...named('engine'),
      kind: 'string',
      env: 'E2E_ENGINE_BUNDLE',
      usage:
        driver === 'netns'
          ? "Engine bundle: a version, system, or a folder (default: the tutorial's version)"
          : "Engine bundle: a version or a folder (default: the tutorial's version)",
    },
    {
      ...named('image'),
      kind: 'list',
      usage:
        "Images that the engine has from the start: names of the tutorial's images, or docker save archives",
    },
    {
      ...named('egress'),
      kind: 'boolean',
      usage: 'Allow the machine to reach other networks',
    },
    { ...named('memory'), kind: 'string', usage: limits.memory },
    {
      ...named('subnet'),
      kind: 'string',
      usage:
        'Network of the state directory, A.B.C.0/24 (default: 192.168.99.0/24 or the next free one)',
    },
  ];
}

const OWN: Readonly<Record<string, readonly Flag[]>> = {
  netns: localFlags('netns', {
    cpus: 'CPU limit of the machine (default: all CPUs)',
    memory: 'Memory limit of the machine in MB (default: all memory)',
  }),
  uml: localFlags('uml', {
    cpus: 'CPU limit of the machine, at most 1 (default: 1)',
    memory: 'Memory of the machine in MB (default: 768)',
  }),
  none: [{ names: ['url'], kind: 'string', usage: 'URL of the engine' }],
};

/** Returns the options of `create` with a driver; undefined for an unknown driver. */
export function createFlags(driver: string): readonly Flag[] | undefined {
  const own = OWN[driver];
  if (own === undefined) return undefined;
  return [...COMMON, ...own].sort((a, b) => (a.names[0] < b.names[0] ? -1 : 1));
}

/**
 * Returns the driver of a call of `create`. It must be known before the options are parsed, because it defines some of
 * them.
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
