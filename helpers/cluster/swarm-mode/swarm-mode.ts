import type { CallOptions } from '../../docker/connection.ts';
import type { Engine } from '../../docker/engine.ts';
import type { NodeFacts } from '../../docker/swarm/nodes.ts';
import type { JoinTokens, SwarmInitRequest } from '../../docker/swarm/swarm.ts';
import { onMachine } from '../../process/activity.ts';
import { allSettled } from '../../process/errors/harness-error.ts';
import { done, notYet, waitFor } from '../../process/waits/wait-for.ts';
import { omitUndefined } from '../../process/omit-undefined.ts';

/** Where managers take joins and serve each other (`docker swarm init --listen-addr`). */
export const MANAGER_PORT = 2377;

export interface SwarmOptions {
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds; a minute when absent. */
  readonly limit?: number;
}

/** Makes that engine the first manager of a new swarm, and gives what the others need to join. */
export async function initSwarm(
  engine: Engine,
  { advertise = engine.machine.address, dataPath }: Partial<SwarmInitRequest> = {},
  { signal }: SwarmOptions = {},
): Promise<JoinTokens> {
  await engine.swarm.init({ advertise, ...omitUndefined({ dataPath }) }, { signal });
  return (await engine.swarm.inspect({ signal })).tokens;
}

/**
 * Brings that engine into the manager's swarm, as what the token is for. When it fails the engine is in no swarm: left to
 * itself, one that found no manager would go on trying.
 */
export async function joinSwarm(
  engine: Engine,
  manager: Engine,
  token: string,
  { advertise = engine.machine.address, dataPath }: Partial<SwarmInitRequest> = {},
  { signal }: SwarmOptions = {},
): Promise<void> {
  // One that is no manager says so at once; the engine that is to join would try it for 10 s.
  await manager.swarm.inspect({ signal });
  const before = await engine.info({ signal, quiet: true });
  try {
    await engine.swarm.join(
      {
        manager: `${manager.machine.address}:${MANAGER_PORT}`,
        token,
        advertise,
        ...omitUndefined({ dataPath }),
      },
      { signal },
    );
  } catch (error) {
    if (before.swarm === 'inactive') await leaveIfTrying(engine);
    throw error;
  }
}

async function leaveIfTrying(engine: Engine): Promise<void> {
  const { swarm } = await engine.info({ quiet: true });
  if (swarm !== 'inactive') await engine.swarm.leave({ force: true });
}

/**
 * Returns once these engines are one swarm: each on the manager's list, ready and active, and each known to the gossip of
 * every other.
 *
 * The gossip is what matters for networks: through it an engine learns which containers the others have. Its members do
 * not tell strangers whom they know, as it is encrypted; but each engine says who else is in the network `ingress`, which
 * every member of a swarm has from its first moment.
 */
export async function waitForSwarm(
  manager: Engine,
  engines: readonly Engine[],
  { limit = 60_000, signal }: SwarmOptions = {},
): Promise<void> {
  const members = await waitForNodes(manager, engines, { limit, signal });
  await allSettled(
    'swarm: gossip',
    engines.map((engine) =>
      onMachine(engine.machine.name, () => waitForPeers(engine, members, { limit, signal })),
    ),
  );
}

interface Member {
  readonly name: string;
  /** Where the others find it, which is not always where we do. */
  readonly address: string;
}

async function waitForNodes(
  manager: Engine,
  engines: readonly Engine[],
  { limit, signal }: { limit: number; signal: AbortSignal | undefined },
): Promise<Member[]> {
  return await waitFor(
    `swarm: ${engines.map(({ machine }) => machine.name).join(', ')} ready and active`,
    async () => {
      const nodes = await manager.nodes.list({ signal, quiet: true });
      const seen = await Promise.all(
        engines.map(async (engine) => {
          const { name } = engine.machine;
          const { swarm, swarmNode } = await engine.info({ signal, quiet: true });
          const problem = problemOf(nodes.find(({ id }) => id === swarmNode?.id));
          const problems = problem === undefined ? [] : [`${name} (${swarm}) ${problem}`];
          return { problems, member: { name, address: swarmNode?.address ?? '' } };
        }),
      );
      const problems = seen.flatMap((one) => one.problems);
      const led = nodes.some((node) => node.manager?.leader === true && node.manager.reachable);
      if (!led) problems.push('no leader is reachable');
      return problems.length === 0
        ? done(seen.map(({ member }) => member))
        : notYet(problems.join(', '));
    },
    {
      limit,
      signal,
      remedy: 'docker node ls on the manager, and the engine’s log there, tell what it lacks',
    },
  );
}

function problemOf(node: NodeFacts | undefined): string | undefined {
  if (node === undefined) return 'is not on the list';
  if (node.state !== 'ready')
    return `is ${node.state}${node.message === '' ? '' : `: ${node.message}`}`;
  return node.availability === 'active' ? undefined : `is set to ${node.availability}`;
}

async function waitForPeers(
  engine: Engine,
  members: readonly Member[],
  { limit, signal }: { limit: number; signal: AbortSignal | undefined },
): Promise<void> {
  await waitFor(
    `${engine.machine.name}: its gossip knows ${members.map(({ name }) => name).join(', ')}`,
    async () => {
      const peers = await readPeers(engine, { signal, quiet: true });
      return members.every(({ address }) => peers.includes(address))
        ? done(undefined)
        : notYet(`it knows ${peers.join(', ') || 'nobody'}`);
    },
    {
      limit,
      signal,
      remedy: 'see that port 7946 is open between the machines, TCP and UDP',
    },
  );
}

/** The addresses of the members that this engine's gossip knows: those of the routing mesh, which all are on. */
export async function readPeers(engine: Engine, options?: CallOptions): Promise<readonly string[]> {
  return (await engine.networks.inspect('ingress', options)).peers;
}
