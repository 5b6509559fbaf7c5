import type { SwarmOptions } from '../netns/state/machine-config.ts';
import { HarnessError } from '../process/errors/harness-error.ts';
import { type CommandOptions, type CommandResult, tail } from '../process/run-command.ts';
import type { SwarmRequest } from './machine.ts';

/** The defaults of docker-machine's Swarm options. */
const usual = { strategy: 'spread', host: 'tcp://0.0.0.0:3376', image: 'swarm:latest' };

/** The port that managers advertise to each other, independent of the port they listen on. */
const MANAGER_PORT = 3376;

/** A container of classic Swarm, with the arguments of `docker` that run it. */
export interface SwarmContainer {
  readonly name: 'swarm-agent-master' | 'swarm-agent';
  readonly argv: readonly [string, ...string[]];
}

/** Returns the Swarm options for config.json. */
export function swarmOptionsOf(swarm: SwarmRequest): Partial<SwarmOptions> {
  const { master, agent = true, opts = [], joinOpts = [] } = swarm;
  return {
    IsSwarm: agent || master,
    Address: swarm.address ?? '',
    Discovery: swarm.discovery,
    Agent: agent,
    Master: master,
    Host: swarm.host ?? usual.host,
    Image: swarm.image ?? usual.image,
    Strategy: swarm.strategy ?? usual.strategy,
    ArbitraryFlags: [...opts],
    ArbitraryJoinFlags: [...joinOpts],
    IsExperimental: swarm.experimental ?? false,
  };
}

/** Throws if a manager could not listen on the given address, before anything is created. */
export function checkSwarm({ master, host = usual.host }: SwarmRequest): void {
  if (master) portOf(host);
}

/**
 * Starts a machine's Swarm containers, one after the other. If the engine lacks their image, it pulls it.
 *
 * @param run runs a command in the machine
 */
export async function startSwarm(
  machine: string,
  containers: readonly SwarmContainer[],
  run: (argv: SwarmContainer['argv'], options: CommandOptions) => Promise<CommandResult>,
): Promise<void> {
  for (const { name, argv } of containers) {
    const tried = `machine ${machine}: start ${name}`;
    const { exitCode, stderr } = await run(argv, { title: tried, expect: 'any' });
    if (exitCode === 0) continue;
    throw new HarnessError({
      code: 'command-failed',
      tried,
      observed: /^docker: (.+)/m.exec(stderr)?.[1] ?? tail(stderr, 1),
      hint: 'set E2E_SWARM_IMAGE to an image of classic Swarm that the engine has or can pull, or to a file with one',
      evidence: stderr,
    });
  }
}

/**
 * Returns the Swarm containers of a machine with this address, in docker-machine's order, with the same arguments,
 * ports, mounts and restart policy.
 * https://github.com/docker/machine/blob/v0.16.2/libmachine/provision/configure_swarm.go
 */
export function swarmContainers(options: SwarmOptions, address: string): SwarmContainer[] {
  const { IsSwarm, Master, Agent } = options;
  if (!IsSwarm) return [];
  return [
    ...(Master ? [managerOf(options, address)] : []),
    ...(Agent ? [agentOf(options, address)] : []),
  ];
}

function managerOf(options: SwarmOptions, address: string): SwarmContainer {
  const name = 'swarm-agent-master';
  const port = portOf(options.Host);
  const tls = { tlscacert: 'ca.pem', tlscert: 'server.pem', tlskey: 'server-key.pem' };
  const command = [
    ...(options.IsExperimental ? ['--experimental'] : []),
    'manage',
    '--tlsverify',
    ...Object.entries(tls).map(([flag, file]) => `--${flag}=/etc/docker/${file}`),
    '-H',
    options.Host,
    '--strategy',
    options.Strategy,
    '--advertise',
    `${address}:${MANAGER_PORT}`,
    ...options.ArbitraryFlags.map((option) => `--${option}`),
    // Swarm reads the discovery URL from the last argument.
    options.Discovery,
  ];
  const place = ['-v', '/etc/docker:/etc/docker', '-p', `0.0.0.0:${port}:${port}`];
  return { name, argv: [...startOf(name, options), ...place, options.Image, ...command] };
}

function agentOf(options: SwarmOptions, address: string): SwarmContainer {
  const name = 'swarm-agent';
  const command = [
    ...(options.IsExperimental ? ['--experimental'] : []),
    'join',
    '--advertise',
    `${address}:2376`,
    ...options.ArbitraryJoinFlags.map((option) => `--${option}`),
    options.Discovery,
  ];
  return { name, argv: [...startOf(name, options), options.Image, ...command] };
}

function startOf(name: string, { Env }: SwarmOptions): [string, ...string[]] {
  const variables = (Env ?? []).flatMap((variable) => ['-e', variable]);
  return ['docker', 'run', '-d', '--name', name, '--restart', 'always', ...variables];
}

/** Returns the port of `tcp://0.0.0.0:3376`. */
function portOf(host: string): string {
  const port = /^\w+:\/\/[^/]*:(\d+)$/.exec(host)?.[1];
  if (port !== undefined) return port;
  throw new HarnessError({
    code: 'input-invalid',
    tried: `Swarm manager at ${host}`,
    observed: 'the address has no port',
    hint: `give an address such as ${usual.host}`,
  });
}
