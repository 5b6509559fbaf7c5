import { z } from 'zod';
import { printInspection } from '../../process/text/redact-secrets.ts';
import type { CallOptions, Connection } from '../connection.ts';
import type { Explain } from '../explain-failure.ts';
import { type ServiceSpec, serviceLine, serviceRequest } from './service-spec.ts';
import { explainSwarm } from './swarm.ts';
import { unlessStatus } from '../unless-status.ts';

/** The result of `docker service inspect`. */
export interface ServiceFacts {
  readonly id: string;
  readonly name: string;
  /** Its virtual address on each network, by the network's ID; none with `dnsrr`. */
  readonly virtualAddresses: Readonly<Record<string, string>>;
}

/** A container of a service and its fate, as in a line of `docker service ps`. */
export interface TaskFacts {
  readonly id: string;
  readonly serviceId: string;
  /** Counts the containers of a replicated service from 1; 0 for one of a global service. */
  readonly slot: number;
  /** ISO 8601. */
  readonly createdAt: string;
  /** The time at which it reached its state, in ISO 8601 format. */
  readonly since: string;
  /** The IDs of the networks that it is to join. */
  readonly networks: readonly string[];
  readonly nodeId: string;
  /** Such as `running`, `preparing` or `shutdown`. */
  readonly state: string;
  /** The state that the manager requests. */
  readonly desiredState: string;
  /** The reason of its state. */
  readonly message: string;
  /** The error that prevents a further state; empty without one. */
  readonly error: string;
  /** Empty if it has no container. */
  readonly containerId: string;
  /** By the network's name. */
  readonly addresses: Readonly<Record<string, string>>;
}

/** The services of a swarm. Only a manager can list and change them. */
export interface Services {
  /** Creates a service and returns its ID. Its containers start later: see `tasks`. */
  create(spec: ServiceSpec, options?: CallOptions): Promise<string>;
  inspect(nameOrId: string, options?: CallOptions): Promise<ServiceFacts>;
  list(options?: CallOptions): Promise<ServiceFacts[]>;
  /** Returns all containers of a service, or of all services, including replaced ones. */
  tasks(nameOrId: string | undefined, options?: CallOptions): Promise<TaskFacts[]>;
  /** Removes a service; ignores an unknown one. */
  remove(nameOrId: string, options?: CallOptions): Promise<void>;
}

const serviceAnswer = z
  .looseObject({
    ID: z.string(),
    Spec: z.looseObject({ Name: z.string() }),
    Endpoint: z
      .looseObject({
        VirtualIPs: z
          .array(z.looseObject({ NetworkID: z.string(), Addr: z.string().default('') }))
          .nullish(),
      })
      .optional(),
  })
  .transform(
    ({ ID, Spec, Endpoint }): ServiceFacts => ({
      id: ID,
      name: Spec.Name,
      virtualAddresses: Object.fromEntries(
        (Endpoint?.VirtualIPs ?? []).map(({ NetworkID, Addr }) => [NetworkID, withoutPrefix(Addr)]),
      ),
    }),
  );

const taskAnswer = z
  .looseObject({
    ID: z.string(),
    ServiceID: z.string().default(''),
    Slot: z.number().default(0),
    CreatedAt: z.string().default(''),
    NodeID: z.string().default(''),
    Spec: z
      .looseObject({
        Networks: z.array(z.looseObject({ Target: z.string().default('') })).nullish(),
      })
      .optional(),
    DesiredState: z.string(),
    Status: z.looseObject({
      State: z.string(),
      Timestamp: z.string().default(''),
      Message: z.string().default(''),
      Err: z.string().default(''),
      ContainerStatus: z.looseObject({ ContainerID: z.string().default('') }).optional(),
    }),
    NetworksAttachments: z
      .array(
        z.looseObject({
          Network: z.looseObject({ Spec: z.looseObject({ Name: z.string() }) }),
          Addresses: z.array(z.string()).nullish(),
        }),
      )
      .nullish(),
  })
  .transform(
    (task): TaskFacts => ({
      id: task.ID,
      serviceId: task.ServiceID,
      slot: task.Slot,
      createdAt: task.CreatedAt,
      since: task.Status.Timestamp,
      networks: (task.Spec?.Networks ?? []).map(({ Target }) => Target),
      nodeId: task.NodeID,
      state: task.Status.State,
      desiredState: task.DesiredState,
      message: task.Status.Err === '' ? task.Status.Message : task.Status.Err,
      error: task.Status.Err,
      containerId: task.Status.ContainerStatus?.ContainerID ?? '',
      addresses: Object.fromEntries(
        (task.NetworksAttachments ?? []).map(({ Network, Addresses }) => [
          Network.Spec.Name,
          withoutPrefix(Addresses?.[0] ?? ''),
        ]),
      ),
    }),
  );

export function openServices(connection: Connection): Services {
  return {
    create: async (spec, options) =>
      await connection.call({
        ...options,
        title: `service create ${spec.name}`,
        line: serviceLine(spec),
        answer: z.looseObject({ ID: z.string() }).transform(({ ID }) => ID),
        ask: async (docker, abortSignal) => {
          const { id } = await docker.createService({ ...serviceRequest(spec), abortSignal });
          return { ID: id };
        },
        print: (id) => id,
        explain: explainService(spec.name),
      }),
    inspect: async (nameOrId, options) =>
      await connection.call({
        ...options,
        title: `service inspect ${nameOrId}`,
        readOnly: true,
        answer: serviceAnswer,
        ask: (docker, abortSignal) => docker.getService(nameOrId).inspect({ abortSignal }),
        print: (facts) => printInspection(facts),
        explain: explainService(nameOrId),
      }),
    list: async (options) =>
      await connection.call({
        ...options,
        title: 'service ls',
        readOnly: true,
        answer: z.array(serviceAnswer),
        ask: (docker, abortSignal) => docker.listServices({ abortSignal }),
        print: (services) => services.map(({ id, name }) => `${id}  ${name}`).join('\n'),
        explain: explainSwarm,
      }),
    tasks: async (nameOrId, options) =>
      await connection.call({
        ...options,
        title: nameOrId === undefined ? 'service ps of all services' : `service ps ${nameOrId}`,
        readOnly: true,
        answer: z.array(taskAnswer),
        ask: (docker, abortSignal) =>
          docker.listTasks({
            _query:
              nameOrId === undefined ? {} : { filters: JSON.stringify({ service: [nameOrId] }) },
            abortSignal,
          }),
        print: (tasks) =>
          tasks
            .map((task) => `${task.id}  ${task.nodeId}  ${task.desiredState}  ${task.state}`)
            .join('\n'),
        explain: nameOrId === undefined ? explainSwarm : explainService(nameOrId),
      }),
    remove: async (nameOrId, options) => {
      await connection.call({
        ...options,
        title: `service rm ${nameOrId}`,
        answer: z.unknown(),
        ask: (docker, abortSignal) =>
          docker.getService(nameOrId).remove({ abortSignal }).catch(unlessStatus(404)),
        explain: explainService(nameOrId),
      });
    },
  };
}

function withoutPrefix(address: string): string {
  return address.split('/', 1)[0] ?? '';
}

function explainService(name: string): Explain {
  return (refusal) => {
    if (refusal.status === 404 && /service .* not found/.test(refusal.message)) {
      return {
        code: 'name-unknown',
        observed: `unknown service ${name} in the swarm`,
        hint: 'run "docker service ls" to list the services',
      };
    }
    if (/name conflicts with an existing object/.test(refusal.message)) {
      return {
        code: 'name-taken',
        observed: `service ${name} already exists`,
        hint: `remove it first: docker service rm ${name}`,
      };
    }
    return explainSwarm(refusal);
  };
}
