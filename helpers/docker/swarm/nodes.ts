import { addressAndPort, dockerId, ipAddressOrNone } from '../../process/text/reported-values.ts';
import type Docker from 'dockerode';
import { z } from 'zod';
import { commandLine } from '../../process/run-command.ts';
import type { CallOptions, Connection } from '../connection.ts';
import type { Explain } from '../explain-failure.ts';
import { explainSwarm, type SwarmRole } from './swarm.ts';
import { omitUndefined } from '../../process/omit-undefined.ts';
import { done, notYet, waitFor } from '../../process/waits/wait-for.ts';

export type NodeAvailability = 'active' | 'pause' | 'drain';

/** A member of a swarm, as in a line of `docker node ls`. */
export interface NodeFacts {
  readonly id: string;
  readonly hostname: string;
  /** The address that the manager knows. */
  readonly address: string;
  readonly state: 'unknown' | 'down' | 'ready' | 'disconnected';
  /** The reason of its state, if the manager reports one. */
  readonly message: string;
  readonly availability: NodeAvailability;
  readonly role: SwarmRole;
  /** Undefined for a worker. */
  readonly manager:
    | {
        readonly leader: boolean;
        readonly reachable: boolean;
        /** The address at which other managers reach it: `192.168.99.101:2377`. */
        readonly address: string;
      }
    | undefined;
  readonly engineVersion: string;
  readonly labels: Readonly<Record<string, string>>;
}

export interface NodeChange {
  readonly availability?: NodeAvailability;
  readonly role?: SwarmRole;
  /** All labels of the node. */
  readonly labels?: Readonly<Record<string, string>>;
}

/** The members of a swarm. Only a manager can list and change them. */
export interface Nodes {
  list(options?: CallOptions): Promise<NodeFacts[]>;
  update(id: string, change: NodeChange, options?: CallOptions): Promise<void>;
  /** Removes a node from the list. With `force`, also a node that is not down. */
  remove(id: string, options?: CallOptions & { readonly force?: boolean }): Promise<void>;
}

const nodeAnswer = z
  .looseObject({
    ID: dockerId,
    Spec: z.looseObject({
      Role: z.enum(['worker', 'manager']),
      Availability: z.enum(['active', 'pause', 'drain']),
      Labels: z.record(z.string(), z.string()).nullish(),
    }),
    Description: z.looseObject({
      // Empty until the node has reported its description.
      Hostname: z.string().default(''),
      Engine: z.looseObject({ EngineVersion: z.string().default('') }).optional(),
    }),
    Status: z.looseObject({
      State: z.enum(['unknown', 'down', 'ready', 'disconnected']).catch('unknown'),
      Message: z.string().default(''),
      Addr: ipAddressOrNone.default(''),
    }),
    ManagerStatus: z
      .looseObject({
        Leader: z.boolean().default(false),
        Reachability: z.string(),
        Addr: z.union([addressAndPort, z.literal('')]).default(''),
      })
      .nullish(),
  })
  .transform(
    ({ ID, Spec, Description, Status, ManagerStatus }): NodeFacts => ({
      id: ID,
      hostname: Description.Hostname,
      address: Status.Addr,
      state: Status.State,
      message: Status.Message,
      availability: Spec.Availability,
      role: Spec.Role,
      manager:
        ManagerStatus === null || ManagerStatus === undefined
          ? undefined
          : {
              leader: ManagerStatus.Leader,
              reachable: ManagerStatus.Reachability === 'reachable',
              address: ManagerStatus.Addr,
            },
      engineVersion: Description.Engine?.EngineVersion ?? '',
      labels: Spec.Labels ?? {},
    }),
  );

export function openNodes(connection: Connection): Nodes {
  return {
    list: async (options) =>
      await connection.call({
        ...options,
        title: 'node ls',
        readOnly: true,
        answer: z.array(nodeAnswer),
        ask: (docker, abortSignal) => docker.listNodes({ abortSignal }),
        print: printNodes,
        explain: explainSwarm,
      }),
    update: async (id, change, options) => {
      await connection.call({
        ...options,
        title: commandLine('node', ['update', ...flagsOf(change), id]),
        answer: z.unknown(),
        ask: async (docker, abortSignal) => await changeNode(docker, id, change, abortSignal),
        explain: explainNode(id),
      });
    },
    remove: async (id, { force = false, ...options } = {}) => {
      await connection.call({
        ...options,
        title: `node rm ${force ? '--force ' : ''}${id}`,
        answer: z.unknown(),
        ask: (docker, abortSignal) =>
          docker.getNode(id).remove({ _query: force ? { force } : {}, abortSignal }),
        explain: explainNode(id),
      });
    },
  };
}

function flagsOf({ labels = {}, ...change }: NodeChange): string[] {
  return [
    ...Object.entries(change).map(([name, value]) => `--${name}=${value}`),
    ...Object.entries(labels).map(([key, value]) => `--label-add=${key}=${value}`),
  ];
}

const versioned = z.looseObject({
  Version: z.looseObject({ Index: z.number() }),
  Spec: z.record(z.string(), z.unknown()),
});

/**
 * Changes a node. A change must name the node's current version, which each report of the node increments. If the
 * manager rejects an outdated version, the change is repeated with the new one.
 */
async function changeNode(
  docker: Docker,
  id: string,
  { availability, role, labels }: NodeChange,
  abortSignal: AbortSignal,
): Promise<unknown> {
  const node = docker.getNode(id);
  const look = async () => {
    const { Version, Spec } = versioned.parse(await node.inspect({ abortSignal }));
    try {
      const answer: unknown = await node.update({
        _query: { version: Version.Index },
        _body: {
          ...Spec,
          ...omitUndefined({ Availability: availability, Role: role, Labels: labels }),
        },
        abortSignal,
      });
      return done(answer);
    } catch (error) {
      if (!(error instanceof Error && /update out of sequence/.test(error.message))) throw error;
      return notYet(`version ${Version.Index} of the node is outdated`);
    }
  };
  const first = await look();
  if (first.done) return first.value;
  return await waitFor(`node ${id}: update`, look, {
    limit: 20_000,
    signal: abortSignal,
    fatal: () => true,
  });
}

function printNodes(nodes: NodeFacts[]): string {
  return nodes
    .map(({ id, hostname, state, availability, manager, engineVersion }) =>
      [id, hostname, state, availability, manager?.leader === true ? 'leader' : '', engineVersion]
        .filter((text) => text !== '')
        .join('  '),
    )
    .join('\n');
}

function explainNode(id: string): Explain {
  return (refusal) => {
    if (refusal.status === 404) {
      return {
        code: 'name-unknown',
        observed: `unknown node ${id} in the swarm`,
        hint: 'run "docker node ls" to list the nodes',
      };
    }
    if (/is not down and can't be removed/.test(refusal.message)) {
      return {
        code: 'swarm-membership',
        observed: 'the node is still a member',
        hint: 'run "docker swarm leave" on the node first, or remove it with --force',
      };
    }
    return explainSwarm(refusal);
  };
}
