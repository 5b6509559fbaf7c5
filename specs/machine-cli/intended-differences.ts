/**
 * An intended difference between netns-machine and docker-machine, with the answer of netns-machine. Fields that are
 * absent are as recorded.
 */
export interface Difference {
  readonly reason: string;
  readonly exit?: number;
  readonly stdout?: string;
  readonly stderr?: string;
}

const ownWords = 'the text comes from another program';
const exitCode = 'the exit code of a remote command is passed on';
const noSsh = 'machines are entered without SSH';
const noRetries = 'a stopped machine is refused immediately';
const noSwarm = 'no archive has classic Swarm';
const knownDrivers = 'the error names the available drivers';

const noSuchDriver =
  'Driver "nosuchdriver" not found. Do you have the plugin binary "docker-machine-driver-nosuchdriver" accessible in your PATH?\n' +
  'This is netns-machine, which has the drivers netns, uml and none. Use the real docker-machine for other drivers, or run: docker-machine create -d netns foo\n';
const notRunning = 'Machine "alpha" is not running. Start it first.\n';
const noDriver =
  'Error: Cannot run SSH command: Host "default" has no driver, only the URL of its engine\n';
const withoutSwarm = (machine: string, containers: string) =>
  `machine ${machine}: join the Swarm: ${containers} not started, because no image of classic Swarm is named. Set --swarm-image or E2E_SWARM_IMAGE. The options are recorded in the machine's config; engines with cluster-store share their overlay networks without Swarm.\n`;
const noSshfs = (place: string) =>
  `mount ${place}: sshfs needs an SSH server, which machines of the driver netns do not have. Copy with "docker-machine scp", or start the container with the folder as a volume.\n`;

/** Intended differences by the name of the recording. docs/netns-machine.md lists them for users. */
export const DIFFERENCES: Readonly<Record<string, Difference>> = {
  '01-create-master': {
    reason: noSwarm,
    stderr: withoutSwarm('master-host', 'swarm-agent-master and swarm-agent'),
  },
  '02-create-worker': { reason: noSwarm, stderr: withoutSwarm('worker-host', 'swarm-agent') },
  'err-create-nodriver': { reason: knownDrivers, stderr: noSuchDriver },
  'err-create-nodriver-eq': { reason: knownDrivers, stderr: noSuchDriver },
  'err-scp-nofile': {
    reason: ownWords,
    stderr: 'scp: /nonexistent: No such file or directory\nexit status 1\n',
  },
  'err-scp-nolocal': {
    reason: ownWords,
    stderr: 'scp: /nonexistent: No such file or directory\nexit status 1\n',
  },
  'err-scp-none': {
    reason: ownWords,
    stderr: 'scp: a: No such file or directory\nexit status 1\n',
  },
  'ls-filter-badregex': {
    reason: ownWords,
    stderr: 'error parsing regexp: Invalid regular expression: /[/: Unterminated character class\n',
  },
  'mount-nosshfs': { reason: noSsh, stderr: noSshfs('master-host:/tmp') },
  'mount-unknown': { reason: noSsh, stderr: noSshfs('UNKNOWN:/tmp') },
  'none-default-ssh': { reason: noSsh, stderr: noDriver },
  'none-ssh': { reason: noSsh, stderr: noDriver },
  'order-global-after': {
    reason: '`-D` enables debugging only before the command',
    stderr: 'flag provided but not defined: -D\n',
  },
  'plug-stopped-provision': { reason: noRetries, exit: 1, stderr: notRunning },
  'plug-stopped-regenerate-certs': { reason: noRetries, exit: 1, stderr: notRunning },
  'plug-stopped-scp': {
    reason: ownWords,
    stderr:
      'Error loading host: Error loading host: Error: Cannot run SSH command: Host "alpha" is not running\n',
  },
  'plug-upgrade-stopped': {
    reason: 'a stopped machine is started once, with the new engine',
    stdout:
      'Starting machine so machine can be upgraded...\nStarting "alpha"...\nUpgrading docker...\nMachine "alpha" was started.\n',
  },
  'q-env-unset-noproxy-set': {
    reason: '`unset` takes the name of the variable; docker-machine appends its value',
    stdout:
      'unset DOCKER_TLS_VERIFY\nunset DOCKER_HOST\nunset DOCKER_CERT_PATH\nunset DOCKER_MACHINE_NAME\nunset NO_PROXY\n' +
      '# Run this command to configure your shell: \n# eval $(docker-machine env --no-proxy -u)\n',
  },
  'scp-delta': {
    reason: noSsh,
    stderr:
      'scp --delta: rsync needs SSH, which machines of the driver netns do not have. Omit --delta.\n',
  },
  'ssh-native-rc': { reason: exitCode, exit: 7, stderr: 'exit status 7\n' },
  'ssh-rc': { reason: exitCode, exit: 7 },
};

/** Intended differences without a recording: the reason, and the spec that covers it. */
export const FURTHER: Readonly<Record<string, string>> = {
  'no operating system to detect, no SSH to wait for, no provisioner':
    'specs/machine-cli/compare.ts',
  'scripts compare it with the release that they need':
    'specs/unit/cli/netns-machine/what-to-type.spec.ts',
  'the longer address is another host': 'specs/unit/cli/netns-machine/shells.spec.ts',
  'docker-machine uses API version 1.15, which current engines refuse':
    'specs/machine-cli/beyond-recordings.spec.ts',
  'each driver has its own fields': 'specs/machine-cli/beyond-recordings.spec.ts',
  'they have no use here': 'specs/machine-cli/beyond-recordings.spec.ts',
  'the texts are written for this program': 'specs/machine-cli/compare.ts',
};
