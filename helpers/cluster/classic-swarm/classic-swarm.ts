import type { CallOptions } from '../../docker/connection.ts';
import { connectEngine, type Engine } from '../../docker/engine.ts';
import { requireTls } from '../../docker/endpoints/require-tls.ts';
import type { Machine } from '../../machine/machine.ts';
import { hasCode } from '../../process/errors/harness-error.ts';
import { done, notYet, waitFor } from '../../process/waits/wait-for.ts';
import { readSwarmNodes, type SwarmNode, type SwarmNodeState } from './swarm-nodes.ts';

/** The port on which docker-machine makes the manager listen, with the machine's own certificates. */
const MANAGER_PORT = 3376;

/** The manager of a classic Swarm. */
export interface SwarmManager extends Disposable {
  /**
   * The manager presents all nodes as one engine. An object of one node has the node's name as prefix:
   * `master-host/bridge`, `worker-host/mysqlserver`.
   */
  readonly engine: Engine;
  /** Returns the engines of the Swarm, sorted by name. */
  readNodes(options?: CallOptions): Promise<SwarmNode[]>;
  /**
   * Waits until the Swarm has exactly these nodes, by address (`192.168.99.101:2376`), each in its state. An agent or
   * manager that cannot reach its key-value store retries after a minute, so the default limit is two minutes.
   */
  waitForNodes(
    wanted: Readonly<Record<string, SwarmNodeState>>,
    options?: { readonly limit?: number; readonly signal?: AbortSignal | undefined },
  ): Promise<void>;
}

/** Opens the Swarm manager of a machine. Connects only with the first call. */
export function openSwarmManager(machine: Machine, port = MANAGER_PORT): SwarmManager {
  const endpoint = { ...requireTls(machine), port };
  const engine = connectEngine({
    ...machine,
    name: `Swarm of ${machine.name}`,
    url: `tcp://${endpoint.host}:${port}`,
    endpoint,
  });
  const manager: SwarmManager = {
    engine,
    readNodes: async (options) => readSwarmNodes((await engine.info(options)).systemStatus),
    waitForNodes: async (wanted, { limit = 120_000, signal } = {}) =>
      await waitFor(
        `Swarm of ${machine.name}: ${formatNodes(Object.entries(wanted))}`,
        async () => {
          const nodes = await manager.readNodes({ signal, quiet: true });
          const isRight = nodes.every(({ address, state }) => wanted[address] === state);
          return isRight && nodes.length === Object.keys(wanted).length
            ? done(undefined)
            : notYet(formatNodes(nodes.map((node) => [node.address, stateOf(node)])));
        },
        {
          limit,
          signal,
          fatal: (error) => hasCode(error, 'engine-unsuitable'),
          hint: 'read the logs of its containers (docker logs swarm-agent-master, docker logs swarm-agent): agents must reach the key-value store, and the manager must reach the store and the engines',
        },
      ),
    [Symbol.dispose]: () => engine.close(),
  };
  return manager;
}

/**
 * Returns the environment variable with which the manager places a container on a node: `docker run -e
 * constraint:node==NAME`.
 */
export function constrainTo(node: string): Readonly<Record<string, string>> {
  return { 'constraint:node': `=${node}` };
}

function formatNodes(nodes: readonly (readonly [address: string, state: string])[]): string {
  return nodes.map(([address, state]) => `${address} ${state}`).join(', ') || 'no nodes';
}

function stateOf({ state, error }: SwarmNode): string {
  return error === undefined ? state : `${state} (${error})`;
}
