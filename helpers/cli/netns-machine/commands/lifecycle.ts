import { complain, type CommandContext, say } from '../context.ts';
import { driverOf } from '../hosts/drivers.ts';
import { Failure } from '../failure.ts';
import type { Host, HostState } from '../hosts/host-config.ts';
import { loadTargets } from '../hosts/host.ts';
import { loadOperations } from '../hosts/machine-operations.ts';
import { tellOfTransfers } from '../transfers.ts';

interface Verb {
  /** The first message, before any machine is read. */
  readonly announcement?: string;
  /** The participle for the error about a machine of the driver `none`. */
  readonly undoable: string;
  readonly run: (context: CommandContext, host: Host, state: HostState) => Promise<void>;
  readonly afterwards?: string;
}

const NEW_ADDRESSES = (context: CommandContext, participle: string) =>
  `${participle} machines may have new IP addresses. You may need to re-run the \`${context.program} env\` command.`;

const VERBS: Readonly<Record<string, Verb>> = {
  start: {
    announcement: 'Starting',
    undoable: 'started',
    run: async (context, host, state) => {
      if (state === 'Running') throw new Failure(`Machine "${host.name}" is already running.`);
      await start(context, host);
    },
    afterwards: 'Started',
  },
  stop: {
    announcement: 'Stopping',
    undoable: 'stopped',
    run: async (context, host, state) => {
      requireNotStopped(host, state);
      await (await loadOperations(context)).provider.stop(host.name);
      say(`Machine "${host.name}" was stopped.`);
    },
  },
  kill: {
    announcement: 'Killing',
    undoable: 'killed',
    run: async (context, host, state) => {
      requireNotStopped(host, state);
      await (await loadOperations(context)).provider.kill(host.name);
      say(`Machine "${host.name}" was killed.`);
    },
  },
  restart: {
    announcement: 'Restarting',
    undoable: 'restarted',
    run: async (context, host, state) => {
      if (state === 'Running') {
        await (await loadOperations(context)).provider.reboot(host.name);
        return;
      }
      say(`Starting "${host.name}"...`);
      await start(context, host);
    },
    afterwards: 'Restarted',
  },
  provision: {
    undoable: 'provisioned',
    run: async (context, host, state) => {
      requireRunning(host, state);
      say('Setting Docker configuration on the remote daemon...');
      await (await loadOperations(context)).provision(host.name);
    },
  },
  upgrade: {
    undoable: 'upgraded',
    run: async (context, host, state) => {
      if (state !== 'Running') {
        say('Starting machine so machine can be upgraded...');
        say(`Starting "${host.name}"...`);
      }
      say('Upgrading docker...');
      await tellOfTransfers(host.name);
      const bundle = context.flags.text('netns-engine');
      await (await loadOperations(context)).changeBundle(
        host.name,
        bundle === '' ? undefined : bundle,
      );
      if (state !== 'Running') say(`Machine "${host.name}" was started.`);
    },
  },
};

/** `start`, `stop`, `kill`, `restart`, `provision` and `upgrade`, for several machines in parallel. */
export async function runLifecycle(context: CommandContext): Promise<number> {
  const verb = VERBS[context.command.name];
  if (verb === undefined) throw new Error(`no such verb: ${context.command.name}`);
  const hosts = loadTargets(context);
  const endings = await Promise.allSettled(hosts.map((host) => runVerb(context, verb, host)));
  const failures = endings.flatMap((end) => (end.status === 'rejected' ? [end.reason] : []));
  for (const failure of failures) complain((failure as Error).message);
  if (failures.length > 0) return 1;
  if (verb.afterwards !== undefined) say(NEW_ADDRESSES(context, verb.afterwards));
  return 0;
}

async function runVerb(context: CommandContext, verb: Verb, host: Host): Promise<void> {
  if (verb.announcement !== undefined) say(`${verb.announcement} "${host.name}"...`);
  const state = driverOf(host).state(context, host);
  if (host.config.DriverName === 'none' && verb.announcement !== 'Starting') {
    throw new Failure(`hosts without a driver cannot be ${verb.undoable}`);
  }
  await verb.run(context, host, state);
}

async function start(context: CommandContext, host: Host): Promise<void> {
  await (await loadOperations(context)).provider.start(host.name);
  say(`Machine "${host.name}" was started.`);
}

function requireNotStopped(host: Host, state: HostState): void {
  if (state !== 'Running') throw new Failure(`Machine "${host.name}" is already stopped.`);
}

function requireRunning(host: Host, state: HostState): void {
  if (state !== 'Running') {
    throw new Failure(`Machine "${host.name}" is not running. Start it first.`);
  }
}
