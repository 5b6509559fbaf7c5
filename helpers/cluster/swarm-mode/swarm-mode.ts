import { scaleLimit } from '../../docker/endpoints/scale-limit.ts';
import type { CallOptions } from '../../docker/connection.ts';
import type { Engine } from '../../docker/engine.ts';
import type { NodeFacts } from '../../docker/swarm/nodes.ts';
import type { JoinTokens, SwarmInitRequest } from '../../docker/swarm/swarm.ts';
import { onMachine } from '../../process/activity.ts';
import { allSettled } from '../../process/errors/harness-error.ts';
import { done, notYet, waitFor } from '../../process/waits/wait-for.ts';
import { omitUndefined } from '../../process/omit-undefined.ts';

/** The port on which managers accept joins and serve each other (`docker swarm init --listen-addr`). */
export const MANAGER_PORT = 2377;

export interface SwarmOptions {
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds; a minute by default. */
  readonly limit?: number;
}

/** Makes an engine the first manager of a new swarm, and returns the tokens with which others join. */
export async function initSwarm(
  engine: Engine,
  { advertise = engine.machine.address, dataPath, dataPathPort }: Partial<SwarmInitRequest> = {},
  { signal }: SwarmOptions = {},
): Promise<JoinTokens> {
  await engine.swarm.init({ advertise, ...omitUndefined({ dataPath, dataPathPort }) }, { signal });
  return (await engine.swarm.inspect({ signal })).tokens;
}

/**
 * Joins an engine to the manager's swarm in the role of the token. After a failure, the engine leaves the swarm,
 * because an engine that finds no manager would continue to try.
 */
export async function joinSwarm(
  engine: Engine,
  manager: Engine,
  token: string,
  { advertise = engine.machine.address, dataPath }: Partial<SwarmInitRequest> = {},
  { signal }: SwarmOptions = {},
): Promise<void> {
  // An engine that is not a manager fails here immediately; the joining engine would try it for 10 s.
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
 * Waits until these engines form one swarm: each is in the manager's list, ready and active, and the gossip of each
 * knows every other engine.
 *
 * Networks depend on gossip, because engines learn of each other's containers through it. The gossip is encrypted, so
 * its members cannot be queried from outside. Each engine lists the other members of the network `ingress`, though, and
 * every node of a swarm is in that network from the start.
 */
export async function waitForSwarm(
  manager: Engine,
  engines: readonly Engine[],
  { limit = 60_000, signal }: SwarmOptions = {},
): Promise<void> {
  const hosts = engines.map(({ machine }) => machine);
  const scaled = scaleLimit(limit, hosts);
  const members = await waitForNodes(manager, engines, { limit: scaled, signal });
  await allSettled(
    'swarm: gossip',
    engines.map((engine) =>
      onMachine(engine.machine.name, () =>
        waitForPeers(engine, members, { limit: scaled, signal }),
      ),
    ),
  );
}

interface Member {
  readonly name: string;
  /** The address for the other nodes, which may differ from the address for this computer. */
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
      const states = await Promise.all(
        engines.map(async (engine) => {
          const { name } = engine.machine;
          const { swarm, swarmNode } = await engine.info({ signal, quiet: true });
          const problem = problemOf(nodes.find(({ id }) => id === swarmNode?.id));
          const problems = problem === undefined ? [] : [`${name} (${swarm}) ${problem}`];
          return { problems, member: { name, address: swarmNode?.address ?? '' } };
        }),
      );
      const problems = states.flatMap((one) => one.problems);
      const led = nodes.some((node) => node.manager?.leader === true && node.manager.reachable);
      if (!led) problems.push('no leader is reachable');
      return problems.length === 0
        ? done(states.map(({ member }) => member))
        : notYet(problems.join(', '));
    },
    {
      limit,
      signal,
      hint: "read docker node ls on the manager, and the engine's log there",
    },
  );
}

function problemOf(node: NodeFacts | undefined): string | undefined {
  if (node === undefined) return 'is not in the list of nodes';
  if (node.state !== 'ready')
    return `is ${node.state}${node.message === '' ? '' : `: ${node.message}`}`;
  return node.availability === 'active' ? undefined : `is set to ${node.availability}`;
}

async function waitForPeers(
  engine: Engine,
  members: readonly Member[],
  { limit, signal }: { limit: number; signal: AbortSignal | undefined },
): Promise<void> {
  const others = othersOf(engine.machine.name, members);
  await waitFor(
    `${engine.machine.name}: gossip knows ${others.map(({ name }) => name).join(', ') || 'itself'}`,
    async () => {
      const peers = await readPeers(engine, { signal, quiet: true });
      return others.every(({ address }) => peers.includes(address))
        ? done(undefined)
        : notYet(`it knows ${peers.join(', ') || 'no other engine'}`);
    },
    {
      limit,
      signal,
      hint: 'open port 7946 between the machines, TCP and UDP',
    },
  );
}

/**
 * Waits until the gossip of none of these engines knows an engine at an address that has left or was removed.
 *
 * Before that, no other engine may join with this address. It would learn of the former one from the others, choose it for its
 * first exchange of all records, and wait for itself: 30 s (`bulkSyncNode` in moby's networkdb), longer than a container
 * that starts waits for its network.
 */
export async function waitUntilDeparted(
  address: string,
  engines: readonly Engine[],
  { limit = 60_000, signal }: SwarmOptions = {},
): Promise<void> {
  const hosts = engines.map(({ machine }) => machine);
  await allSettled(
    `swarm: forget ${address}`,
    engines.map((engine) =>
      onMachine(engine.machine.name, () =>
        waitFor(
          `${engine.machine.name}: gossip has forgotten ${address}`,
          async () => {
            const peers = await readPeers(engine, { signal, quiet: true });
            return peers.includes(address) ? notYet(`it knows ${address}`) : done(undefined);
          },
          { limit: scaleLimit(limit, hosts), signal },
        ),
      ),
    ),
  );
}

/**
 * Returns the members that an engine must know. An engine may miss itself permanently: if gossip about its state before a
 * restart arrives late, it takes the old name at its address for a newer one (`purgeReincarnation` in moby's networkdb).
 */
export function othersOf(own: string, members: readonly Member[]): Member[] {
  return members.filter(({ name }) => name !== own);
}

/**
 * Returns the addresses of the members that an engine's gossip knows, from the routing mesh, which includes all
 * members.
 */
export async function readPeers(engine: Engine, options?: CallOptions): Promise<readonly string[]> {
  return (await engine.networks.inspect('ingress', options)).peers;
}
