import type { SwarmOptions } from '../netns/state/machine-config.ts';
import { HarnessError } from '../process/errors/harness-error.ts';
import { type CommandOptions, type CommandResult, tail } from '../process/run-command.ts';
import type { SwarmRequest } from './machine.ts';

/** What docker-machine notes of a Swarm when it is told nothing else. */
const usual = { strategy: 'spread', host: 'tcp://0.0.0.0:3376', image: 'swarm:latest' };

/** The port at which managers are told to find each other, wherever they listen. */
const MANAGER_PORT = 3376;

/** A container of classic Swarm, and what `docker` is called with to run it. */
export interface SwarmContainer {
  readonly name: 'swarm-agent-master' | 'swarm-agent';
  readonly argv: readonly [string, ...string[]];
}

/** What config.json notes of the Swarm. */
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

/** Refuses what no manager could listen at, before anything is made. */
export function checkSwarm({ master, host = usual.host }: SwarmRequest): void {
  if (master) portOf(host);
}

/**
 * Starts a machine's containers of its Swarm, one after the other. Its engine pulls their image if it lacks it.
 *
 * @param run runs a command inside of the machine
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
      remedy:
        'name an image of classic Swarm that its engine has or can pull, or a file with it, in E2E_SWARM_IMAGE',
      evidence: stderr,
    });
  }
}

/**
 * The containers that a machine at that address runs for its Swarm, in the order in which docker-machine starts them,
 * with the very arguments, ports, mounts and restart policy that it gives them.
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
    // Swarm takes the last word for where the engines are found.
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

/** The port in `tcp://0.0.0.0:3376`. */
function portOf(host: string): string {
  const port = /^\w+:\/\/[^/]*:(\d+)$/.exec(host)?.[1];
  if (port !== undefined) return port;
  throw new HarnessError({
    code: 'input-invalid',
    tried: `Swarm manager at ${host}`,
    observed: 'that names no port',
    remedy: `give an address like ${usual.host}`,
  });
}
