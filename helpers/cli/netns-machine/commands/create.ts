import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { complain, type CommandContext, say } from '../context.ts';
import { createFlags, driverIn } from '../create/create-flags.ts';
import { createLocal } from '../create/create-local.ts';
import { createNone } from '../create/create-none.ts';
import { Failure } from '../failure.ts';
import { FlagError, type FlagValues, moveFlagsFirst, parseFlags } from '../flags.ts';
import { hostExists } from '../hosts/host.ts';

/** `create NAME`. */
export async function runCreate(context: CommandContext): Promise<void> {
  const { args, environment } = context;
  const driver = driverIn(args, environment);
  const flags = createFlags(driver);
  if (flags === undefined) {
    throw new Failure(
      `Driver "${driver}" not found. Do you have the plugin binary "docker-machine-driver-${driver}" accessible in your PATH?\nThis is netns-machine, which has the drivers netns, uml and none. Use the real docker-machine for other drivers, or run: ${context.program} create -d netns ${nameIn(args)}`,
    );
  }
  const showUsage = async () => {
    const { commandUsage } = await import('../usage.ts');
    process.stdout.write(commandUsage(context.program, context.command, flags));
  };
  const parsed = await read();
  if (parsed.help) return await showUsage();
  await create({ ...context, flags: parsed.values, args: parsed.rest }, showUsage);

  async function read() {
    try {
      return parseFlags(flags ?? [], moveFlagsFirst(args), environment);
    } catch (error) {
      if (!(error instanceof FlagError)) throw error;
      say('Incorrect Usage.\n');
      await showUsage();
      throw new Failure(error.message);
    }
  }
}

/** Returns the machine's name, as far as it is known without the driver's options. */
function nameIn(args: readonly string[]): string {
  const last = args.at(-1) ?? '';
  const before = args.at(-2) ?? '';
  return last === '' || last.startsWith('-') || /^--?(?:d|driver)$/.test(before) ? 'NAME' : last;
}

async function create(context: CommandContext, showUsage: () => Promise<void>): Promise<void> {
  const { args, flags, program, storage } = context;
  const [name, ...others] = args;
  if (others.length > 0) {
    throw new Failure(`Invalid command line. Found extra arguments [${others.join(' ')}]`);
  }
  checkDiscovery(flags);
  if (name === undefined || name === '') {
    await showUsage();
    throw new Failure('Error: No machine name specified');
  }
  if (!/^[a-zA-Z0-9][a-zA-Z0-9.-]*$/.test(name)) {
    throw new Failure(
      'Error creating machine: Invalid hostname specified. Allowed hostname chars are: 0-9a-zA-Z . -',
    );
  }
  const driver = flags.text('driver');
  if (driver === '') {
    throw new Failure(
      'Error getting new host: Driver "" not found. Do you have the plugin binary "docker-machine-driver-" accessible in your PATH?',
    );
  }
  if (hostExists(storage, name)) throw new Failure(`Docker machine "${name}" already exists`);
  if (driver === 'none' && flags.text('url') === '') {
    throw new Failure(
      'Error setting machine configuration from flags provided: --url option is required when no driver is selected',
    );
  }
  refuseOtherAuthority(context);
  announceCertificates(storage);
  let swarmRuns = false;
  if (driver === 'none') await createNone(context, name);
  else swarmRuns = await createLocal(context, name, driver === 'uml' ? 'uml' : 'netns');
  say(
    `To see how to connect your Docker Client to the Docker Engine running on this virtual machine, run: ${program} env ${name}`,
  );
  if (!swarmRuns) complainOfSwarm(name, flags);
}

function checkDiscovery(flags: FlagValues): void {
  const discovery = flags.text('swarm-discovery');
  if (discovery === '' || /^[^:/]+:\/\/.+/.test(discovery)) return;
  throw new Failure(
    `Error parsing swarm discovery: Swarm Discovery URL was in the wrong format: ${discovery}`,
  );
}

/** Better no machine than one with other certificates than asked for. */
function refuseOtherAuthority({ global, storage }: CommandContext): void {
  const names = ['tls-ca-cert', 'tls-ca-key', 'tls-client-cert', 'tls-client-key'];
  const given = names.find((name) => global.given(name));
  if (given === undefined) return;
  throw new Failure(
    `Error setting machine configuration from flags provided: --${given} is not supported. Put your own ca.pem, ca-key.pem, cert.pem and key.pem into ${storage}/certs, or omit the option.`,
  );
}

function announceCertificates(storage: string): void {
  const files = { CA: 'ca.pem', 'client certificate': 'cert.pem' };
  for (const [what, file] of Object.entries(files)) {
    const path = join(storage, 'certs', file);
    if (!existsSync(path)) say(`Creating ${what}: ${path}`);
  }
}

function complainOfSwarm(name: string, flags: FlagValues): void {
  const containers = [
    ...(flags.on('swarm-master') ? ['swarm-agent-master'] : []),
    ...(flags.on('swarm') ? ['swarm-agent'] : []),
  ];
  if (containers.length === 0) return;
  complain(
    `machine ${name}: join the Swarm: ${containers.join(' and ')} not started, because no image of classic Swarm is named. Set --swarm-image or E2E_SWARM_IMAGE. The options are recorded in the machine's config; engines with cluster-store share their overlay networks without Swarm.`,
  );
}
