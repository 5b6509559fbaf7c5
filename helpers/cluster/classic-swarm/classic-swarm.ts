import type { CallOptions } from '../../docker/connection.ts';
import { connectEngine, type Engine } from '../../docker/engine.ts';
import { requireTls } from '../../docker/endpoints/require-tls.ts';
import type { Machine } from '../../machine/machine.ts';
import { hasCode } from '../../process/errors/harness-error.ts';
import { done, notYet, waitFor } from '../../process/waits/wait-for.ts';
import { readSwarmNodes, type SwarmNode, type SwarmNodeState } from './swarm-nodes.ts';

/** Where docker-machine has the manager listen, with the machine's own certificates. */
const MANAGER_PORT = 3376;

/** The manager of a classic Swarm. */
export interface SwarmManager extends Disposable {
  /**
   * It speaks as if all nodes were one engine. What belongs to one node has that one's name before its own:
   * `master-host/bridge`, `worker-host/mysqlserver`.
   */
  readonly engine: Engine;
  /** The engines of the Swarm, by their names. */
  readNodes(options?: CallOptions): Promise<SwarmNode[]>;
  /**
   * Returns once the Swarm has these nodes and no others, each in its state: by address, `192.168.99.101:2376`. Where an
   * agent or the manager finds its store away, it tries again after a minute: two minutes are the limit when absent.
   */
  waitForNodes(
    wanted: Readonly<Record<string, SwarmNodeState>>,
    options?: { readonly limit?: number; readonly signal?: AbortSignal | undefined },
  ): Promise<void>;
}

/** The manager that runs on that machine. Nothing is opened before the first call. */
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
          remedy:
            'read what its containers say (docker logs swarm-agent-master, docker logs swarm-agent): agents must reach the store, the manager the store and the engines',
        },
      ),
    [Symbol.dispose]: () => engine.close(),
  };
  return manager;
}

/** The environment by which the manager places a container on that node: `docker run -e constraint:node==NAME`. */
export function constrainTo(node: string): Readonly<Record<string, string>> {
  return { 'constraint:node': `=${node}` };
}

function formatNodes(nodes: readonly (readonly [address: string, state: string])[]): string {
  return nodes.map(([address, state]) => `${address} ${state}`).join(', ') || 'no nodes';
}

function stateOf({ state, error }: SwarmNode): string {
  return error === undefined ? state : `${state} (${error})`;
}
