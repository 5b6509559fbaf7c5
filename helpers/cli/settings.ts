/** An environment variable that decides something, or several that decide the same of different things. */
export interface Setting {
  readonly names: readonly [string, ...string[]];
  /** In a line for a table; words of code between backticks. */
  readonly decides: string;
  /** The commands whose `--help` tells of it; `specs` are the runs of `npm test` and its parts. */
  readonly of: readonly (SettingOf | 'specs')[];
}

/** `overlay-e2e` is the help of the program itself. */
type SettingOf = 'overlay-e2e' | 'up' | 'check' | 'draw' | 'down' | 'doctor' | 'report';

const machines = ['up', 'down', 'doctor', 'specs'] as const;
const images = ['up', 'specs'] as const;

/**
 * All environment variables that are for people. `--help` and docs/reference come of it; a spec
 * proves that the code reads no other.
 */
export const settings: readonly Setting[] = [
  {
    names: ['MACHINE_STORAGE_PATH'],
    decides:
      'the store: where the machines’ state is, as for docker-machine; `~/.local/state/overlay-e2e` when left out',
    of: ['overlay-e2e', 'up', 'check', 'draw', 'down', 'doctor', 'specs'],
  },
  {
    names: ['XDG_CACHE_HOME'],
    decides: 'downloads and built images go to `overlay-e2e` in it; `~/.cache` when left out',
    of: ['overlay-e2e', 'up', 'check', 'draw', 'doctor', 'specs'],
  },
  {
    names: ['E2E_PROVIDER'],
    decides: '`netns` (built in) or `docker-machine`; the run says what it chose and why',
    of: ['overlay-e2e', ...machines],
  },
  {
    names: ['E2E_DOCKER_MACHINE'],
    decides: 'the docker-machine command, if it is not `docker-machine` on `PATH`',
    of: machines,
  },
  {
    names: ['MACHINE_DRIVER', 'VIRTUALBOX_…', 'GENERIC_…'],
    decides: 'docker-machine’s own: the driver and its settings',
    of: machines,
  },
  {
    names: ['E2E_SUBNET'],
    decides: 'the address range of the machines; left open, a free one is taken',
    of: ['up', 'doctor', 'specs'],
  },
  {
    names: ['E2E_ENGINE_BUNDLE'],
    decides:
      'the engine of machines whose topology leaves it open, as `up --engine-bundle` takes it',
    of: ['up', 'specs'],
  },
  {
    names: ['E2E_DEBIAN_MIRROR'],
    decides: 'a Debian mirror to take packages from',
    of: ['up', 'check', 'doctor', 'specs'],
  },
  {
    names: [
      'E2E_CONSUL_IMAGE',
      'E2E_MYSQL_IMAGE',
      'E2E_TOMCAT_IMAGE',
      'E2E_ETCD_IMAGE',
      'E2E_ZOOKEEPER_IMAGE',
    ],
    decides: 'images of your own: a tag that the engines pull, or a file that `docker save` wrote',
    of: images,
  },
  {
    names: ['E2E_SWARM_IMAGE'],
    decides:
      'the image of classic Swarm, which no archive has: a tag, a file of `docker save`, or a static `swarm` binary, of which the image is made',
    of: images,
  },
  {
    names: ['E2E_IMAGES'],
    decides:
      '`build`: the images are made here; `pull`: the engines pull the tutorial’s own; it has none of etcd and ZooKeeper, which are always made here',
    of: images,
  },
  {
    names: ['E2E_KEEP'],
    decides:
      '`1`: `up` leaves what stands when it fails, as `--keep` does; specs leave their topology up',
    of: ['up', 'specs'],
  },
  {
    names: ['E2E_REUSE'],
    decides:
      '`1`: `up` takes what is up if it is what is asked for, as `--reuse` does; specs run on it',
    of: ['up', 'specs'],
  },
  {
    names: ['E2E_VERBOSE'],
    decides: '`1`: `npm test` tells each command of the set-ups, as `--verbose` does',
    of: ['specs'],
  },
  {
    names: ['OVERLAY_E2E_REPORTS'],
    decides: 'where results and report go instead of `reports/`',
    of: ['draw', 'report', 'specs'],
  },
  {
    names: ['DOCKER_HOST', 'DOCKER_TLS_VERIFY', 'DOCKER_CERT_PATH', 'DOCKER_CONFIG'],
    decides: 'as for Docker’s client: the engine of the context `default`, and where contexts are',
    of: ['check'],
  },
  {
    names: ['NO_COLOR', 'FORCE_COLOR'],
    decides: 'no colours; colours also where there is no terminal',
    of: ['up', 'check', 'draw', 'down', 'doctor', 'report', 'specs'],
  },
  {
    names: ['CI'],
    decides: 'plain lines instead of live ones',
    of: ['up', 'check', 'draw', 'down', 'doctor', 'report', 'specs'],
  },
];

/** The settings of a command, in the order of the table. */
export function settingsOf(command: string): readonly Setting[] {
  return settings.filter(({ of }) => (of as readonly string[]).includes(command));
}
