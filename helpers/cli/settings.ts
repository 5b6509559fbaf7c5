/** One environment variable, or several with the same meaning for different things. */
export interface Setting {
  readonly names: readonly [string, ...string[]];
  /** The meaning, in one line for a table; code in backticks. */
  readonly decides: string;
  /** The commands whose `--help` lists it; `specs` are runs of `npm test` and its parts. */
  readonly of: readonly (SettingOf | 'specs')[];
}

/** `overlay-e2e` is the help of the program itself. */
type SettingOf =
  | 'overlay-e2e'
  | 'up'
  | 'check'
  | 'trace'
  | 'draw'
  | 'fault'
  | 'exec'
  | 'shell'
  | 'logs'
  | 'events'
  | 'capture'
  | 'down'
  | 'doctor'
  | 'report';

const machines = ['up', 'down', 'doctor', 'specs'] as const;
const inside = ['exec', 'shell', 'logs', 'events'] as const;
const images = ['up', 'specs'] as const;

/**
 * All environment variables for users. `--help` and docs/reference are generated from it; a spec
 * proves that the code reads no other.
 */
export const settings: readonly Setting[] = [
  {
    names: ['MACHINE_STORAGE_PATH'],
    decides:
      'the state directory of the machines, as for docker-machine; default `~/.local/state/overlay-e2e`',
    of: [
      'overlay-e2e',
      'up',
      'check',
      'trace',
      'draw',
      'fault',
      ...inside,
      'capture',
      'down',
      'doctor',
      'specs',
    ],
  },
  {
    names: ['XDG_CACHE_HOME'],
    decides:
      'the folder whose subfolder `overlay-e2e` is the cache of downloads and images; default `~/.cache`',
    of: ['overlay-e2e', 'up', 'check', 'trace', 'draw', 'capture', 'doctor', 'specs'],
  },
  {
    names: ['E2E_PROVIDER'],
    decides:
      'the provider: `netns` (built in), `uml` (machines with their own kernel) or `docker-machine`; by default one of them is chosen, and the run says why',
    of: ['overlay-e2e', ...machines],
  },
  {
    names: ['E2E_DOCKER_MACHINE'],
    decides: 'the docker-machine command; default `docker-machine` on `PATH`',
    of: machines,
  },
  {
    names: ['MACHINE_DRIVER', 'VIRTUALBOX_…', 'GENERIC_…'],
    decides: 'docker-machine’s driver and its settings',
    of: machines,
  },
  {
    names: ['E2E_SUBNET'],
    decides: 'the address range of the machines; default: a free one',
    of: ['up', 'doctor', 'specs'],
  },
  {
    names: ['E2E_ENGINE_BUNDLE'],
    decides: 'the engine of machines whose topology names none; values as for `up --engine-bundle`',
    of: ['up', 'specs'],
  },
  {
    names: ['E2E_DEBIAN_MIRROR'],
    decides: 'the Debian mirror for packages',
    of: ['up', 'check', 'trace', 'doctor', 'specs'],
  },
  {
    names: [
      'E2E_CONSUL_IMAGE',
      'E2E_MYSQL_IMAGE',
      'E2E_TOMCAT_IMAGE',
      'E2E_ETCD_IMAGE',
      'E2E_ZOOKEEPER_IMAGE',
    ],
    decides: 'your own image: a tag that the engines pull, or a `docker save` archive',
    of: images,
  },
  {
    names: ['E2E_SWARM_IMAGE'],
    decides:
      'the image of classic Swarm, which no archive has: a tag, a `docker save` archive, or a static `swarm` binary from which the image is built',
    of: images,
  },
  {
    names: ['E2E_IMAGES'],
    decides:
      '`build`: build the images here; `pull`: the engines pull the tutorial’s images. Those of etcd and ZooKeeper are always built here',
    of: images,
  },
  {
    names: ['E2E_KEEP'],
    decides:
      '`1`: a failed `up` leaves its machines running, like `--keep`; specs leave their topology running',
    of: ['up', 'specs'],
  },
  {
    names: ['E2E_REUSE'],
    decides: '`1`: `up` uses the running topology if it matches, like `--reuse`; specs run on it',
    of: ['up', 'specs'],
  },
  {
    names: ['E2E_VERBOSE'],
    decides: '`1`: `npm test` prints each command of the set-ups, like `--verbose`',
    of: ['specs'],
  },
  {
    names: ['E2E_WATCH_MINUTES'],
    decides: 'the minutes for which `npm run package` runs `check --watch`; default 1',
    of: ['specs'],
  },
  {
    names: ['OVERLAY_E2E_REPORTS'],
    decides: 'the folder of results and report; default `reports/`',
    of: ['draw', 'report', 'specs'],
  },
  {
    names: [
      'DOCKER_HOST',
      'DOCKER_CONTEXT',
      'DOCKER_TLS_VERIFY',
      'DOCKER_CERT_PATH',
      'DOCKER_CONFIG',
    ],
    decides:
      'as for Docker’s client: the engine of the context `default`, and the folder of contexts',
    of: ['check', 'trace'],
  },
  {
    names: ['NO_COLOR', 'FORCE_COLOR'],
    decides: 'no colors; colors even without a terminal',
    of: ['up', 'check', 'trace', 'draw', 'fault', 'down', 'doctor', 'report', 'specs'],
  },
  {
    names: ['GITHUB_STEP_SUMMARY', 'GITHUB_ACTIONS'],
    decides:
      'set by GitHub Actions: the file that a summary is appended to; `true`: findings become annotations of the job',
    of: ['check', 'specs'],
  },
  {
    names: ['CI'],
    decides: 'plain progress lines instead of live ones',
    of: ['up', 'check', 'trace', 'draw', 'fault', 'down', 'doctor', 'report', 'specs'],
  },
];

/** Returns the settings of a command, in table order. The command `test` runs specs. */
export function settingsOf(command: string): readonly Setting[] {
  const reader = command === 'test' ? 'specs' : command;
  return settings.filter(({ of }) => (of as readonly string[]).includes(reader));
}
