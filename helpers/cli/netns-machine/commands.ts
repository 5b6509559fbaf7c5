import type { CommandDescription } from './context.ts';
import type { Flag } from './flags.ts';

const ONE = 'The argument is the name of a machine.';
const SEVERAL = 'The arguments are names of machines, one or more.';

const timeout: Flag = {
  names: ['timeout', 't'],
  kind: 'number',
  value: 10,
  usage: 'Seconds to wait for the answer of a machine',
};
const format: Flag = {
  names: ['format', 'f'],
  kind: 'string',
  usage: 'Format the output with a Go template',
};
const swarm: Flag = {
  names: ['swarm'],
  kind: 'boolean',
  usage: 'Use the Swarm manager instead of the engine',
};

const lifecycle = (name: string, summary: string): CommandDescription => ({
  name,
  summary,
  description: SEVERAL,
  flags: [],
  load: async () => (await import('./commands/lifecycle.ts')).runLifecycle,
});

/** Returns the commands of `program`, in the order of the help text. */
export function commandsOf(program: string): CommandDescription[] {
  return COMMANDS.filter(({ own = false }) => !own || program !== 'docker-machine');
}

const COMMANDS: readonly CommandDescription[] = [
  {
    name: 'active',
    summary: 'Print the machine that DOCKER_HOST points to',
    flags: [timeout],
    load: async () => (await import('./commands/engine-address/active.ts')).runActive,
  },
  {
    name: 'config',
    summary: "Print the docker client's options for a machine",
    description: ONE,
    flags: [swarm],
    load: async () => (await import('./commands/engine-address/config.ts')).runConfig,
  },
  {
    name: 'create',
    summary: 'Create a machine',
    description: 'To list the options of a driver, run: create --driver NAME --help',
    flags: [],
    readsWords: true,
    load: async () => (await import('./commands/create.ts')).runCreate,
  },
  {
    name: 'env',
    summary: 'Print shell commands that point the docker client to a machine',
    description: ONE,
    flags: [
      swarm,
      {
        names: ['shell'],
        kind: 'string',
        usage: 'fish, cmd, powershell, tcsh, emacs, or any shell like bash (default: your shell)',
      },
      { names: ['unset', 'u'], kind: 'boolean', usage: 'Unset the variables' },
      {
        names: ['no-proxy'],
        kind: 'boolean',
        usage: "Add the machine's address to NO_PROXY",
      },
    ],
    load: async () => (await import('./commands/engine-address/env.ts')).runEnv,
  },
  {
    name: 'inspect',
    summary: 'Print details about a machine',
    description: ONE,
    flags: [format],
    load: async () => (await import('./commands/inspect.ts')).runInspect,
  },
  {
    name: 'ip',
    summary: 'Print the addresses of machines',
    description: SEVERAL,
    flags: [],
    load: async () => (await import('./commands/ip.ts')).runIp,
  },
  lifecycle('kill', 'Stop machines immediately'),
  {
    name: 'ls',
    summary: 'List the machines',
    flags: [
      { names: ['quiet', 'q'], kind: 'boolean', usage: 'Print only names' },
      {
        names: ['filter'],
        kind: 'list',
        usage: 'List only matching machines: name=, driver=, state=, swarm=, label=',
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
    summary: 'Regenerate the certificates of machines',
    description: SEVERAL,
    flags: [
      { names: ['force', 'f'], kind: 'boolean', usage: 'Do not ask' },
      {
        names: ['client-certs'],
        kind: 'boolean',
        usage:
          'Also regenerate the certificates of CA and client; all other machines then need new ones too',
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
        usage: 'Do not ask, and remove the record even if the machine cannot be removed',
      },
      { names: ['y'], kind: 'boolean', usage: 'Do not ask' },
    ],
    load: async () => (await import('./commands/rm.ts')).runRm,
  },
  {
    name: 'ssh',
    summary: 'Run a command or a shell in a machine',
    description: 'The arguments are the name of a machine and a command for its shell.',
    flags: [],
    readsWords: true,
    load: async () => (await import('./commands/access/ssh.ts')).runSsh,
  },
  {
    name: 'shell',
    summary: 'Print shell commands that add docker-machine, and docker if missing, to PATH',
    own: true,
    flags: [
      {
        names: ['docker'],
        kind: 'boolean',
        usage: "Always use the engine bundle's docker client",
      },
      {
        names: ['shell'],
        kind: 'string',
        usage: 'fish, tcsh, or any shell like bash (default: your shell)',
      },
    ],
    load: async () => (await import('./commands/access/shell.ts')).runShell,
  },
  {
    name: 'scp',
    summary: 'Copy files from, to and between machines',
    description: 'The arguments are source and destination, each [[user@]machine:]path.',
    flags: [
      { names: ['recursive', 'r'], kind: 'boolean', usage: 'Copy folders recursively' },
      { names: ['delta', 'd'], kind: 'boolean', usage: 'Copy only differences: not supported' },
      {
        names: ['quiet', 'q'],
        kind: 'boolean',
        usage: 'Print no progress (ignored: none is printed)',
      },
    ],
    load: async () => (await import('./commands/access/scp.ts')).runScp,
  },
  {
    name: 'mount',
    summary: 'Mount a folder of a machine: not supported',
    description: 'The arguments are machine:path and a mount point.',
    flags: [{ names: ['unmount', 'u'], kind: 'boolean', usage: 'Unmount the folder' }],
    load: async () => (await import('./commands/access/mount.ts')).runMount,
  },
  lifecycle('start', 'Start machines'),
  {
    name: 'status',
    summary: 'Print the state of a machine',
    description: ONE,
    flags: [],
    load: async () => (await import('./commands/status.ts')).runStatus,
  },
  lifecycle('stop', 'Shut down machines'),
  {
    ...lifecycle('upgrade', 'Move machines to another engine bundle'),
    description: `${SEVERAL} Without a bundle, the engine is restarted.`,
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
    load: async () => (await import('./commands/engine-address/url.ts')).runUrl,
  },
  {
    name: 'version',
    summary: "Print the version of this program or of a machine's engine",
    flags: [],
    load: async () => (await import('./commands/version.ts')).runVersion,
  },
  {
    name: 'help',
    summary: 'Print this help or the help of a command',
    flags: [],
    load: async () => (await import('./commands/help.ts')).runHelp,
  },
];
