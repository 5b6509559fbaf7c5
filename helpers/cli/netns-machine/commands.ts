import type { RunCommand } from './context.ts';
import type { Flag } from './flags.ts';

/** One command: its help, its options, and where its code is. */
export interface CommandDescription {
  readonly name: string;
  readonly summary: string;
  /** What its arguments are. */
  readonly description?: string;
  readonly flags: readonly Flag[];
  /** It reads its words itself: `ssh` hands them on, and what `create` takes depends on the driver. */
  readonly readsWords?: boolean;
  /** docker-machine has no such command: whoever calls this program by that name finds exactly docker-machine's. */
  readonly own?: boolean;
  readonly load: () => Promise<RunCommand>;
}

const ONE = 'The argument is the name of a machine.';
const SEVERAL = 'The arguments are names of machines, one or more.';

const timeout: Flag = {
  names: ['timeout', 't'],
  kind: 'number',
  value: 10,
  usage: 'Seconds to wait for a machine that does not answer',
};
const format: Flag = {
  names: ['format', 'f'],
  kind: 'string',
  usage: 'A Go template to print with',
};
const swarm: Flag = {
  names: ['swarm'],
  kind: 'boolean',
  usage: 'For the Swarm manager instead of the engine',
};

const lifecycle = (name: string, summary: string): CommandDescription => ({
  name,
  summary,
  description: SEVERAL,
  flags: [],
  load: async () => (await import('./commands/lifecycle.ts')).runLifecycle,
});

/** The commands that `program` has, in the order of the help text. */
export function commandsOf(program: string): CommandDescription[] {
  return COMMANDS.filter(({ own = false }) => !own || program !== 'docker-machine');
}

const COMMANDS: readonly CommandDescription[] = [
  {
    name: 'active',
    summary: 'Print the machine that DOCKER_HOST points to',
    flags: [timeout],
    load: async () => (await import('./commands/active.ts')).runActive,
  },
  {
    name: 'config',
    summary: "Print the docker client's options for a machine",
    description: ONE,
    flags: [swarm],
    load: async () => (await import('./commands/config.ts')).runConfig,
  },
  {
    name: 'create',
    summary: 'Make a machine',
    description: 'What a driver adds to the options is shown by: create --driver NAME --help',
    flags: [],
    readsWords: true,
    load: async () => (await import('./commands/create.ts')).runCreate,
  },
  {
    name: 'env',
    summary: 'Print what points the docker client to a machine',
    description: ONE,
    flags: [
      swarm,
      {
        names: ['shell'],
        kind: 'string',
        usage:
          'fish, cmd, powershell, tcsh, emacs, or any that is like bash; found out when absent',
      },
      { names: ['unset', 'u'], kind: 'boolean', usage: 'Take the variables back' },
      {
        names: ['no-proxy'],
        kind: 'boolean',
        usage: "Have no proxy used for the machine's address",
      },
    ],
    load: async () => (await import('./commands/env.ts')).runEnv,
  },
  {
    name: 'inspect',
    summary: 'Print all that is known of a machine',
    description: ONE,
    flags: [format],
    load: async () => (await import('./commands/inspect.ts')).runInspect,
  },
  {
    name: 'ip',
    summary: "Print machines' addresses",
    description: SEVERAL,
    flags: [],
    load: async () => (await import('./commands/ip.ts')).runIp,
  },
  lifecycle('kill', 'Take the power from machines'),
  {
    name: 'ls',
    summary: 'List the machines',
    flags: [
      { names: ['quiet', 'q'], kind: 'boolean', usage: 'Names alone' },
      {
        names: ['filter'],
        kind: 'list',
        usage: 'Only those for which it holds: name=, driver=, state=, swarm=, label=',
      },
      timeout,
      format,
    ],
    load: async () => (await import('./commands/ls.ts')).runLs,
  },
  {
    ...lifecycle('provision', 'Configure the engines of machines again'),
  },
  {
    name: 'regenerate-certs',
    summary: "Make machines' certificates anew",
    description: SEVERAL,
    flags: [
      { names: ['force', 'f'], kind: 'boolean', usage: 'Do not ask' },
      {
        names: ['client-certs'],
        kind: 'boolean',
        usage: "The authority's and the client's too: other machines then need it as well",
      },
    ],
    load: async () => (await import('./commands/regenerate-certs.ts')).runRegenerateCerts,
  },
  lifecycle('restart', 'Restart machines'),
  {
    name: 'rm',
    summary: 'Remove machines',
    description: SEVERAL,
    flags: [
      {
        names: ['force', 'f'],
        kind: 'boolean',
        usage: 'Do not ask, and forget even a machine that cannot be removed',
      },
      { names: ['y'], kind: 'boolean', usage: 'Do not ask' },
    ],
    load: async () => (await import('./commands/rm.ts')).runRm,
  },
  {
    name: 'ssh',
    summary: 'Run a command, or a shell, in a machine',
    description: 'The arguments are the name of a machine and a command for its shell.',
    flags: [],
    readsWords: true,
    load: async () => (await import('./commands/ssh.ts')).runSsh,
  },
  {
    name: 'shell',
    summary: 'Print what makes docker-machine, and docker if there is none, commands of your shell',
    own: true,
    flags: [
      {
        names: ['docker'],
        kind: 'boolean',
        usage: "The engine bundle's docker client, also if there is another",
      },
      {
        names: ['shell'],
        kind: 'string',
        usage: 'fish, tcsh, or any that is like bash; found out when absent',
      },
    ],
    load: async () => (await import('./commands/shell.ts')).runShell,
  },
  {
    name: 'scp',
    summary: 'Copy files from, to and between machines',
    description: 'The arguments are [[user@]machine:]path twice, from and to.',
    flags: [
      { names: ['recursive', 'r'], kind: 'boolean', usage: 'Folders too' },
      { names: ['delta', 'd'], kind: 'boolean', usage: 'Only the differences: not supported here' },
      { names: ['quiet', 'q'], kind: 'boolean', usage: 'No progress; there is none here anyway' },
    ],
    load: async () => (await import('./commands/scp.ts')).runScp,
  },
  {
    name: 'mount',
    summary: 'Mount a folder of a machine: not supported here',
    description: 'The arguments are machine:path and where to mount it.',
    flags: [{ names: ['unmount', 'u'], kind: 'boolean', usage: 'Unmount it' }],
    load: async () => (await import('./commands/mount.ts')).runMount,
  },
  lifecycle('start', 'Start machines'),
  {
    name: 'status',
    summary: 'Print the state of a machine',
    description: ONE,
    flags: [],
    load: async () => (await import('./commands/status.ts')).runStatus,
  },
  lifecycle('stop', 'Shut machines down'),
  {
    ...lifecycle('upgrade', 'Move machines to another engine bundle'),
    description: `${SEVERAL} Without a bundle, the engine is started anew.`,
    flags: [
      {
        names: ['netns-engine'],
        kind: 'string',
        env: 'E2E_ENGINE_BUNDLE',
        usage: 'The engine bundle to move to',
      },
    ],
  },
  {
    name: 'url',
    summary: "Print the URL of a machine's engine",
    description: ONE,
    flags: [],
    load: async () => (await import('./commands/url.ts')).runUrl,
  },
  {
    name: 'version',
    summary: "Print this program's version, or that of a machine's engine",
    flags: [],
    load: async () => (await import('./commands/version.ts')).runVersion,
  },
  {
    name: 'help',
    summary: 'Print this, or the help of a command',
    flags: [],
    load: async () => (await import('./commands/help.ts')).runHelp,
  },
];

/** The options before the command. */
export const GLOBAL_FLAGS: readonly Flag[] = [
  {
    names: ['debug', 'D'],
    kind: 'boolean',
    env: 'MACHINE_DEBUG',
    usage: 'Tell on stderr what is done',
  },
  {
    names: ['storage-path', 's'],
    kind: 'string',
    env: 'MACHINE_STORAGE_PATH',
    usage: 'The folder that holds the machines',
  },
  {
    names: ['tls-ca-cert'],
    kind: 'string',
    env: 'MACHINE_TLS_CA_CERT',
    usage: 'Not supported here',
  },
  { names: ['tls-ca-key'], kind: 'string', env: 'MACHINE_TLS_CA_KEY', usage: 'Not supported here' },
  {
    names: ['tls-client-cert'],
    kind: 'string',
    env: 'MACHINE_TLS_CLIENT_CERT',
    usage: 'Not supported here',
  },
  {
    names: ['tls-client-key'],
    kind: 'string',
    env: 'MACHINE_TLS_CLIENT_KEY',
    usage: 'Not supported here',
  },
  {
    names: ['github-api-token'],
    kind: 'string',
    env: 'MACHINE_GITHUB_API_TOKEN',
    usage: 'Ignored',
  },
  {
    names: ['native-ssh'],
    kind: 'boolean',
    env: 'MACHINE_NATIVE_SSH',
    usage: 'Ignored: machines are entered without SSH',
  },
  {
    names: ['bugsnag-api-token'],
    kind: 'string',
    env: 'MACHINE_BUGSNAG_API_TOKEN',
    usage: 'Ignored',
  },
  { names: ['help', 'h'], kind: 'boolean', usage: 'Print this' },
  { names: ['version', 'v'], kind: 'boolean', usage: 'Print the version' },
];
