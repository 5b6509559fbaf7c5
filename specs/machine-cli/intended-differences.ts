/** Where netns-machine answers otherwise than docker-machine did, on purpose. What is left out is as recorded. */
export interface Difference {
  readonly reason: string;
  readonly exit?: number;
  readonly stdout?: string | RegExp;
  readonly stderr?: string | RegExp;
}

const ownWords = 'another program is at work, and says so in its own words';
const exitCode = "a remote command's exit code is handed on";
const noSsh = 'machines are entered without SSH';
const noRetries = 'a machine that does not run is refused at once';

/** By the recording's name. docs/netns-machine.md lists them for users. */
export const DIFFERENCES: Readonly<Record<string, Difference>> = {
  '01-create-master': {
    reason: 'the containers of a classic Swarm are not started, which is said',
    stderr: /^machine master-host: join the Swarm: swarm-agent-master and swarm-agent not started/,
  },
  '02-create-worker': {
    reason: 'the containers of a classic Swarm are not started, which is said',
    stderr: /^machine worker-host: join the Swarm: swarm-agent not started/,
  },
  'err-create-nodriver': { reason: 'it says which drivers there are', stderr: /netns and none/ },
  'err-create-nodriver-eq': { reason: 'it says which drivers there are', stderr: /netns and none/ },
  'err-scp-nofile': { reason: ownWords, stderr: /^scp: \/nonexistent: No such file/ },
  'err-scp-nolocal': { reason: ownWords, stderr: /^scp: \/nonexistent: No such file/ },
  'err-scp-none': { reason: ownWords, stderr: /^scp: a: No such file or directory/ },
  'ls-filter-badregex': { reason: ownWords, stderr: /^error parsing regexp: / },
  'mount-nosshfs': { reason: noSsh, stderr: /^mount master-host:\/tmp: sshfs needs an SSH server/ },
  'mount-unknown': { reason: noSsh, stderr: /^mount UNKNOWN:\/tmp: sshfs needs an SSH server/ },
  'none-default-ssh': { reason: noSsh, stderr: /Host "default" has no driver/ },
  'none-ssh': { reason: noSsh, stderr: /Host "default" has no driver/ },
  'order-global-after': {
    reason: '-D means debugging before the command only',
    stderr: 'flag provided but not defined: -D\n',
  },
  'plug-stopped-provision': { reason: noRetries, exit: 1, stderr: /"alpha" is not running/ },
  'plug-stopped-regenerate-certs': { reason: noRetries, exit: 1, stderr: /"alpha" is not running/ },
  'plug-stopped-scp': { reason: ownWords, stderr: /Host "alpha" is not running\n$/ },
  'plug-upgrade-stopped': {
    reason: 'a stopped machine is started once, with the new engine',
    stdout:
      /^Starting machine so .*\nStarting "alpha".*\nUpgrading .*\nMachine "alpha" was started/,
  },
  'q-env-unset-noproxy-set': {
    reason: "the variable's name is what is to be unset, docker-machine appends its value",
    stdout: /^unset NO_PROXY$/m,
  },
  'scp-delta': { reason: noSsh, stderr: /^scp --delta: rsync over SSH/ },
  'ssh-native-rc': { reason: exitCode, exit: 7, stderr: 'exit status 7\n' },
  'ssh-rc': { reason: exitCode, exit: 7 },
};
