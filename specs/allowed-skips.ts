import type { AllowedSkip } from '../helpers/report/vitest/allowed-skips.ts';

const swarmImage = {
  because: /^no image of classic Swarm is named/,
  runs: 'on machines where E2E_SWARM_IMAGE names the image of classic Swarm, which no archive has',
} as const;

const ssh = {
  because: /^no ssh on PATH/,
  runs: 'in the workflow push, which installs ssh',
  workflow: 'push',
} as const;

/**
 * The skips that a run may have, with the runs that include these tests. The end of a run fails on any other skip, and on an
 * entry that matches no test of the files that ran.
 */
export const allowedSkips: readonly AllowedSkip[] = [
  // Cluster kinds without the subject of a test.
  {
    in: 'specs/seed/keystore.spec.ts',
    tests: /runs alone on its machine, in a container/,
    because: /^the managers of a swarm are engines/,
    runs: 'in the projects seed, etcd, zookeeper and classic-swarm',
  },
  {
    in: 'specs/seed/cluster.spec.ts',
    tests: /does not include the engine of the keystore/,
    because: /^swarm mode has no machine outside of the swarm/,
    runs: 'in the projects seed, etcd, zookeeper and classic-swarm',
  },
  {
    in: 'specs/seed/overlay-network.spec.ts',
    tests: /unknown to the engine of the keystore/,
    because: /^swarm mode has no machine outside of the swarm/,
    runs: 'in the projects seed, etcd, zookeeper and classic-swarm',
  },
  {
    in: 'specs/seed/overlay-network.spec.ts',
    because: /cannot remove an overlay that it keeps in ZooKeeper \(a defect of Docker\)$/,
    runs: 'in all projects but zookeeper',
  },
  {
    in: 'specs/',
    because: /first container joins an overlay in ZooKeeper \(a defect of Docker\)$/,
    runs: 'in all projects but zookeeper',
  },
  // With virtual machines, npm test runs the first topology; each other topology has a separate run.
  {
    in: 'specs/',
    because: /^on docker-machine with the driver \S+ only one topology can run at a time/,
    runs: 'in the workflow nightly, one kind of cluster after the other',
  },
  // Kernels: each has one of these tests or the other.
  {
    in: 'specs/swarm-mode/swarm-mode.spec.ts',
    tests: /^On kernels with (?:IPVS|ESP) /,
    because: /^the kernel of \S+ has no /,
    runs: 'in the project uml, on machines with their own kernel, and on computers whose kernel has IPVS and ESP',
  },
  {
    in: 'specs/swarm-mode/swarm-mode.spec.ts',
    tests: /^On kernels without (?:IPVS|ESP) /,
    because: /^the kernels of both machines have it$/,
    runs: 'on machines whose kernel lacks IPVS or ESP',
  },
  // Classic Swarm.
  { in: 'specs/seed/', ...swarmImage },
  { in: 'specs/classic-swarm/', ...swarmImage },
  { in: 'specs/machine-cli/swarm.spec.ts', ...swarmImage },
  {
    in: 'specs/machine-cli/swarm.spec.ts',
    tests: /of docker-machine's own Swarm$/,
    because: /^recorded of swarm\/\S+, this is /,
    runs: 'on machines where E2E_SWARM_IMAGE names the recorded release',
  },
  // The engine of Debian's next release, which changes and may disappear.
  {
    in: 'specs/engine-versions/abilities.spec.ts',
    tests: /dockerd of forky/,
    because: /^forky is not in the cache$/,
    runs: 'in the project uml, which downloads it',
  },
  {
    in: 'specs/uml/next-engine.spec.ts',
    because: /^engine forky is not available: /,
    runs: 'on machines whose mirror of Debian has forky, or whose cache has its engine',
  },
  {
    in: 'specs/uml/next-engine-defects.spec.ts',
    because: /^engine forky is not available: /,
    runs: 'on machines whose mirror of Debian has forky, or whose cache has its engine',
  },
  // Programs.
  { in: 'specs/check/targets.spec.ts', tests: /through the user's own ssh$/, ...ssh },
  { in: 'specs/check/targets.spec.ts', tests: /with the file that describes it$/, ...ssh },
  { in: 'specs/machine/generic-hosts.spec.ts', tests: /^a host for the driver generic/, ...ssh },
  {
    in: 'specs/unit/cli/overlay-e2e/completion/shells.spec.ts',
    tests: /overlay-e2e completion (?:bash|fish|zsh) prints/,
    because: /^no \w+ on PATH$/,
    runs: 'in the workflow push, which installs bash, fish and zsh',
    workflow: 'push',
  },
  {
    in: 'specs/unit/cli/overlay-e2e/completion/shells.spec.ts',
    tests: /a Tab in bash/,
    because: /^no script on PATH$/,
    runs: 'in the workflow push, whose Debian has script',
    workflow: 'push',
  },
  {
    in: 'specs/unit/workload/images/swarm-image.spec.ts',
    tests: /a program that is not swarm$/,
    because: /^the program is one for x64$/,
    runs: 'on machines with an x64 processor',
  },
  {
    in: 'specs/cli/providers-page.spec.ts',
    tests: /^the real docker-machine runs the seed specs/,
    because: /^no docker-machine on PATH$/,
    runs: 'on machines with docker-machine and root',
  },
  {
    in: 'specs/machine/contract-real-docker-machine.spec.ts',
    because: /docker-machine on PATH$|VBoxManage on PATH/,
    runs: 'in the workflow nightly, with VirtualBox',
  },
  {
    in: 'specs/machine/contract-real-docker-machine.spec.ts',
    because: /driver generic cannot stop a machine$/,
    runs: 'in the workflow nightly, with VirtualBox',
  },
  // Consequences of a failure in the same run.
  {
    in: 'specs/',
    because: /^".*" failed before it$/s,
    runs: 'in every run in which the steps before it work',
  },
];
