import { describe, expect, test } from 'vitest';
import { parseRelease } from '../../../../helpers/debian/apt/host-release.ts';
import {
  aptCommandFor,
  installCommand,
  moduleCommand,
} from '../../../../helpers/debian/apt/install-advice.ts';

const releases = {
  debian: 'PRETTY_NAME="Debian GNU/Linux 13 (trixie)"\nVERSION_CODENAME=trixie\nID=debian\n',
  ubuntu:
    'PRETTY_NAME="Ubuntu 24.04.1 LTS"\nVERSION_CODENAME=noble\nID=ubuntu\nID_LIKE=debian\nUBUNTU_CODENAME=noble\n',
  mint: 'PRETTY_NAME="Linux Mint 22"\nID=linuxmint\nID_LIKE="ubuntu debian"\n',
  fedora: 'PRETTY_NAME="Fedora Linux 41 (Server Edition)"\nID=fedora\nVERSION_CODENAME=""\n',
  rocky: 'PRETTY_NAME="Rocky Linux 9.4 (Blue Onyx)"\nID="rocky"\nID_LIKE="rhel centos fedora"\n',
  arch: 'PRETTY_NAME="Arch Linux"\nID=arch\n',
  manjaro: 'PRETTY_NAME="Manjaro Linux"\nID=manjaro\nID_LIKE=arch\n',
  alpine: 'PRETTY_NAME="Alpine Linux v3.20"\nID=alpine\n',
  tumbleweed:
    'PRETTY_NAME="openSUSE Tumbleweed"\nID="opensuse-tumbleweed"\nID_LIKE="opensuse suse"\n',
  other: "PRETTY_NAME='Slackware 15.0'\nID=slackware\n",
} as const;

type Name = keyof typeof releases;
const release = (name: Name) => parseRelease(releases[name]);

test('os-release provides ID, related distributions, codename and name, with or without quotes', () => {
  expect(release('mint')).toEqual({
    id: 'linuxmint',
    like: ['ubuntu', 'debian'],
    codename: '',
    name: 'Linux Mint 22',
  });
  expect(release('debian')).toMatchObject({ id: 'debian', codename: 'trixie' });
  expect(release('other').name).toBe('Slackware 15.0');
  expect(parseRelease('')).toMatchObject({ id: '', name: 'unknown' });
});

describe('the hint for missing programs', () => {
  test.for<[Name, string]>([
    ['debian', 'apt-get install iproute2 mount iptables iputils-ping'],
    ['ubuntu', 'apt-get install iproute2 mount iptables iputils-ping'],
    ['mint', 'apt-get install iproute2 mount iptables iputils-ping'],
    ['fedora', 'dnf install iproute iproute-tc util-linux iptables-nft iputils'],
    ['rocky', 'dnf install iproute iproute-tc util-linux iptables-nft iputils'],
    ['arch', 'pacman -S iproute2 util-linux iptables iputils'],
    ['manjaro', 'pacman -S iproute2 util-linux iptables iputils'],
    ['alpine', 'apk add iproute2 util-linux iptables iputils'],
    ['tumbleweed', 'zypper install iproute2 util-linux iptables iputils'],
  ])('is, on %s, "%s"', ([name, command]) => {
    const packages = ['iproute2', 'mount', 'iptables', 'iputils-ping'];
    expect(installCommand(release(name), packages)).toBe(command);
  });

  test('names the packages of Debian and the package manager of an unknown distribution', () => {
    const text = installCommand(release('other'), ['iproute2']);
    expect(text).toMatch(/package manager of Slackware 15\.0 \(.* iproute2\)$/);
  });

  test('names each package once, even if it replaces two packages of Debian', () => {
    expect(installCommand(release('fedora'), ['mount', 'util-linux'])).toBe(
      'dnf install util-linux',
    );
  });
});

describe('the hint for apt and Debian’s keys', () => {
  test.for<[Name, RegExp]>([
    ['ubuntu', /^apt-get install .*debian-archive-keyring$/],
    ['fedora', /^dnf install apt dpkg debian-keyring$/],
    ['arch', /^pacman -S apt dpkg debian-archive-keyring$/],
  ])('is a command on %s', ([name, command]) => {
    expect(aptCommandFor(release(name))).toMatch(command);
  });

  test.for<[Name]>([['alpine'], ['tumbleweed'], ['other']])(
    'is a container on distributions where they would be useless: %s',
    ([name]) => {
      expect(aptCommandFor(release(name))).toMatch(/^docker run .*--privileged .*debian:trixie$/);
    },
  );
});

test.for<[Name, RegExp]>([
  ['debian', /^modprobe vxlan .*linux-image-/],
  ['ubuntu', /^apt-get install linux-modules-extra-\$\(uname -r\) && modprobe vxlan/],
  ['fedora', /^modprobe vxlan .*kernel-modules-/],
  ['arch', /^modprobe vxlan .*reboot/],
  ['alpine', /^modprobe vxlan .*linux-lts/],
  ['other', /^modprobe vxlan .*kernel with this module/],
])('a missing kernel module on %s has a command', ([name, command]) => {
  expect(moduleCommand(release(name), 'vxlan')).toMatch(command);
});
