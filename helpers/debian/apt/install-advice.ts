import type { HostRelease } from './host-release.ts';

/** Distributions that install in the same way. */
export type Family = 'debian' | 'fedora' | 'arch' | 'alpine' | 'suse';

interface Manager {
  readonly install: string;
  /** What the package of a program is called, where it is not called as Debian calls it. */
  readonly names: Readonly<Record<string, string>>;
  /** What brings apt and the keys of Debian's archive; undefined where Debian's programs would not run. */
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
  // Its C library is another: what Debian links does not run there.
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

/** How a distribution installs; undefined for one that is like none of those that are known. */
export function familyOf({ id, like }: Pick<HostRelease, 'id' | 'like'>): Family | undefined {
  return FAMILIES.find(([, names]) => [id, ...like].some((name) => names.test(name)))?.[0];
}

/** Whether a system is Ubuntu, or made like it. */
function isUbuntu({ id, like }: Pick<HostRelease, 'id' | 'like'>): boolean {
  return [id, ...like].includes('ubuntu');
}

/** The command that installs packages, named as Debian names them. */
export function installCommand(release: HostRelease, packages: readonly string[]): string {
  const family = familyOf(release);
  if (family === undefined) {
    return `install them with the package manager of ${release.name}; Debian calls them ${packages.join(' ')}`;
  }
  const { install, names } = MANAGERS[family];
  const own = packages.flatMap((name) => (names[name] ?? name).split(' '));
  return `${install} ${[...new Set(own)].join(' ')}`;
}

/** The command that brings apt and Debian's keys, or else how to get along without. */
export function aptCommandFor(release: HostRelease): string {
  const family = familyOf(release);
  const packages = family === undefined ? undefined : MANAGERS[family].apt;
  return family === undefined || packages === undefined
    ? containerCommand
    : `${MANAGERS[family].install} ${packages.join(' ')}`;
}

/** Runs everything on Debian, whatever the machine is. Stores and caches need a disk that is no overlay. */
const containerCommand =
  'docker run -it --privileged -v "$PWD":/src -w /src -v overlay-e2e:/disk -e MACHINE_STORAGE_PATH=/disk/machines -e XDG_CACHE_HOME=/disk/cache debian:trixie';

/** How a kernel gets a module that it has not. */
export function moduleCommand(release: HostRelease, module: string): string {
  const load = `modprobe ${module}`;
  if (isUbuntu(release))
    return `apt-get install linux-modules-extra-$(uname -r) && ${load} (in a container: on its host)`;
  const more: Readonly<Record<Family, string>> = {
    debian: 'if it has none: apt-get install linux-image-$(dpkg --print-architecture) and reboot',
    fedora: 'if it has none: dnf install kernel-modules-$(uname -r)',
    arch: 'if it has none: pacman -S linux and reboot into the kernel that is installed',
    alpine: 'if it has none: apk add linux-lts and reboot into it',
    suse: 'if it has none: zypper install kernel-default and reboot into it',
  };
  const family = familyOf(release);
  const rest = family === undefined ? 'or boot a kernel that has it' : more[family];
  return `${load} (in a container: on its host); ${rest}`;
}
