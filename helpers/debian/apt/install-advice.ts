import type { HostRelease } from './host-release.ts';

/** Distributions with the same package manager. */
export type Family = 'debian' | 'fedora' | 'arch' | 'alpine' | 'suse';

interface Manager {
  readonly install: string;
  /** The packages that have other names than in Debian. */
  readonly names: Readonly<Record<string, string>>;
  /**
   * The packages with apt and the keys of Debian's archive; undefined if Debian's programs do not run on the
   * distribution.
   */
  readonly apt: readonly string[] | undefined;
}

const MANAGERS: Readonly<Record<Family, Manager>> = {
  debian: { install: 'apt-get install', names: {}, apt: ['apt', 'dpkg', 'debian-archive-keyring'] },
  fedora: {
    install: 'dnf install',
    names: {
      iproute2: 'iproute iproute-tc',
      mount: 'util-linux',
      iptables: 'iptables-nft',
      'iputils-ping': 'iputils',
    },
    apt: ['apt', 'dpkg', 'debian-keyring'],
  },
  arch: {
    install: 'pacman -S',
    names: { mount: 'util-linux', 'iputils-ping': 'iputils' },
    apt: ['apt', 'dpkg', 'debian-archive-keyring'],
  },
  // It has another C library, with which programs of Debian do not run.
  alpine: {
    install: 'apk add',
    names: { mount: 'util-linux', 'iputils-ping': 'iputils' },
    apt: undefined,
  },
  suse: {
    install: 'zypper install',
    names: { mount: 'util-linux', 'iputils-ping': 'iputils' },
    apt: undefined,
  },
};

const FAMILIES: readonly [Family, RegExp][] = [
  ['debian', /^(?:debian|ubuntu)$/],
  ['fedora', /^(?:fedora|rhel|centos)$/],
  ['arch', /^arch(?:arm)?$/],
  ['alpine', /^alpine$/],
  ['suse', /^(?:suse|sles|opensuse.*)$/],
];

/** Returns the family of a distribution; undefined if it is unknown. */
export function familyOf({ id, like }: Pick<HostRelease, 'id' | 'like'>): Family | undefined {
  return FAMILIES.find(([, names]) => [id, ...like].some((name) => names.test(name)))?.[0];
}

/** Returns true for Ubuntu and distributions derived from it. */
function isUbuntu({ id, like }: Pick<HostRelease, 'id' | 'like'>): boolean {
  return [id, ...like].includes('ubuntu');
}

/** Returns the command that installs packages, given by their names in Debian. */
export function installCommand(release: HostRelease, packages: readonly string[]): string {
  const family = familyOf(release);
  if (family === undefined) {
    return `install these packages with the package manager of ${release.name} (their names in Debian: ${packages.join(' ')})`;
  }
  const { install, names } = MANAGERS[family];
  const own = packages.flatMap((name) => (names[name] ?? name).split(' '));
  return `${install} ${[...new Set(own)].join(' ')}`;
}

/** Returns the command that installs apt and Debian's keys, or an alternative to it. */
export function aptCommandFor(release: HostRelease): string {
  const family = familyOf(release);
  const packages = family === undefined ? undefined : MANAGERS[family].apt;
  return family === undefined || packages === undefined
    ? containerCommand
    : `${MANAGERS[family].install} ${packages.join(' ')}`;
}

/** Runs everything in a Debian container. State directories and caches need a file system that is not an overlay. */
const containerCommand =
  'docker run -it --privileged -v "$PWD":/src -w /src -v overlay-e2e:/disk -e MACHINE_STORAGE_PATH=/disk/machines -e XDG_CACHE_HOME=/disk/cache debian:trixie';

/** Returns the command that loads a missing kernel module, or installs a kernel with it. */
export function moduleCommand(release: HostRelease, module: string): string {
  const load = `modprobe ${module}`;
  if (isUbuntu(release))
    return `apt-get install linux-modules-extra-$(uname -r) && ${load} (in a container: on its host)`;
  const more: Readonly<Record<Family, string>> = {
    debian:
      'if the kernel lacks it: apt-get install linux-image-$(dpkg --print-architecture) and reboot',
    fedora: 'if the kernel lacks it: dnf install kernel-modules-$(uname -r)',
    arch: 'if the kernel lacks it: pacman -S linux and reboot into the installed kernel',
    alpine: 'if the kernel lacks it: apk add linux-lts and reboot into it',
    suse: 'if the kernel lacks it: zypper install kernel-default and reboot into it',
  };
  const family = familyOf(release);
  const rest = family === undefined ? 'or boot a kernel with this module' : more[family];
  return `${load} (in a container: on its host); ${rest}`;
}
