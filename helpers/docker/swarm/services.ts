import { z } from 'zod';
import { dockerId, dockerIdOrNone, port } from '../../process/text/reported-values.ts';
import { printInspection } from '../../process/text/redact-secrets.ts';
import type { CallOptions, Connection } from '../connection.ts';
import type { Explain } from '../explain-failure.ts';
import { serviceAnswer, type ServiceFacts, taskAnswer, type TaskFacts } from './service-facts.ts';
import { type LabelledObject, labelledAnswer, printLabelled } from './labelled-objects.ts';
import { type ServiceSpec, serviceLine, serviceRequest } from './service-spec.ts';
import { explainSwarm } from './swarm.ts';
import { unlessStatus } from '../unless-status.ts';

/** The services of a swarm. Only a manager can list and change them. */
export interface Services {
  /** Creates a service and returns its ID. Its containers start later: see `tasks`. */
  create(spec: ServiceSpec, options?: CallOptions): Promise<string>;
  inspect(nameOrId: string, options?: CallOptions): Promise<ServiceFacts>;
  list(options?: CallOptions): Promise<ServiceFacts[]>;
  /** Returns the number of tasks of each service that the managers want to run, by the ID of the service. */
  countDesired(options?: CallOptions): Promise<ReadonlyMap<string, number>>;
  /** Returns all containers of a service, or of all services, including replaced ones. */
  tasks(nameOrId: string | undefined, options?: CallOptions): Promise<TaskFacts[]>;
  /** Returns the services with a label. */
  labelled(label: string, options?: CallOptions): Promise<readonly LabelledObject[]>;
  /** Returns the containers of a service, each with the port of its machine that it publishes with the mode `host`. */
  hostPorts(nameOrId: string, options?: CallOptions): Promise<HostPort[]>;
  /** Removes a service; ignores an unknown one. */
  remove(nameOrId: string, options?: CallOptions): Promise<void>;
}

/** A container of a service and its port. */
export interface HostPort {
  readonly nodeId: string;
  readonly state: string;
  /** The reason of its state. */
  readonly message: string;
  /** Undefined as long as it publishes none. */
  readonly port: number | undefined;
}

const hostPortAnswer = z
  .looseObject({
    NodeID: dockerIdOrNone.default(''),
    Status: z.looseObject({
      State: z.string(),
      Message: z.string().default(''),
      Err: z.string().default(''),
      PortStatus: z
        .looseObject({
          Ports: z.array(z.looseObject({ PublishedPort: port.optional() })).nullish(),
        })
        .nullish(),
    }),
  })
  .transform(
    ({ NodeID, Status }): HostPort => ({
      nodeId: NodeID,
      state: Status.State,
      message: Status.Err === '' ? Status.Message : Status.Err,
      port: Status.PortStatus?.Ports?.[0]?.PublishedPort,
    }),
  );

const countedAnswer = z
  .looseObject({
    ID: dockerId,
    ServiceStatus: z.looseObject({ DesiredTasks: z.int().default(0) }).nullish(),
  })
  .transform(({ ID, ServiceStatus }) => [ID, ServiceStatus?.DesiredTasks ?? 0] as const);

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
        print: (services) =>
          services
            .map(({ id, name, endpointMode }) => `${id}  ${name}  ${endpointMode}`)
            .join('\n'),
        explain: explainSwarm,
      }),
    countDesired: async (options) =>
      await connection.call({
        ...options,
        title: 'service ls',
        readOnly: true,
        answer: z.array(countedAnswer).transform((services) => new Map(services)),
        ask: (docker, abortSignal) => {
          // The types of the client do not contain the parameter.
          const query = { status: true };
          return docker.listServices({ ...query, abortSignal });
        },
        print: (counts) => [...counts].map(([id, desired]) => `${id}  ${desired}`).join('\n'),
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
    labelled: async (label, options) =>
      await connection.call({
        ...options,
        title: `service ls --filter label=${label}`,
        readOnly: true,
        answer: labelledAnswer,
        ask: (docker, abortSignal) =>
          docker.listServices({ filters: { label: [label] }, abortSignal }),
        print: printLabelled,
        explain: explainSwarm,
      }),
    hostPorts: async (nameOrId, options) =>
      await connection.call({
        ...options,
        title: `service ps ${nameOrId}`,
        readOnly: true,
        answer: z.array(hostPortAnswer),
        ask: (docker, abortSignal) =>
          docker.listTasks({
            _query: { filters: JSON.stringify({ service: [nameOrId] }) },
            abortSignal,
          }),
        print: (tasks) =>
          tasks.map(({ nodeId, state, port: at }) => `${nodeId}  ${state}  ${at ?? ''}`).join('\n'),
        explain: explainService(nameOrId),
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
