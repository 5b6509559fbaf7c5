import { z } from 'zod';
import {
  dockerId,
  dockerIdOrNone,
  port,
  subnetOrNone,
} from '../../process/text/reported-values.ts';

/** A port that a service publishes. */
export interface PublishedServicePort {
  readonly protocol: 'tcp' | 'udp' | 'sctp';
  /** The port of the containers. */
  readonly target: number;
  /** The port of the machines. */
  readonly published: number;
  readonly mode: 'ingress' | 'host';
}

/** The result of `docker service inspect`. */
export interface ServiceFacts {
  readonly id: string;
  readonly name: string;
  /** The number of tasks that it is to have; undefined for a global service. */
  readonly replicas?: number | undefined;
  /** `vip`: its name resolves to one address with load balancing; `dnsrr`: to the addresses of all containers. */
  readonly endpointMode: 'vip' | 'dnsrr';
  /** Its virtual address on each network, by the network's ID; none with `dnsrr`. */
  readonly virtualAddresses: Readonly<Record<string, string>>;
  /** Its further names on each network, by the name or ID by which the service names the network. */
  readonly aliases: Readonly<Record<string, readonly string[]>>;
  readonly ports: readonly PublishedServicePort[];
  /** Seconds for which a task waits that replaces a failed one; undefined for the default of the engine, 5 s. */
  readonly restartDelay?: number | undefined;
}

/** A container of a service and its fate, as in a line of `docker service ps`. */
export interface TaskFacts {
  readonly id: string;
  /** Empty for a container without a service on an attachable network. */
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
  /** By the network's ID. */
  readonly addressesById: Readonly<Record<string, string>>;
}

/** A service's name, which Docker lets contain nothing else; a stack puts a prefix before it. */
const serviceName = z.string().regex(/^[\dA-Za-z][\w.-]*$/, 'not the name of a service');

/** A missing port: the managers choose it. */
const noPort = z.literal(0);

const publishedPort = z
  .looseObject({
    Protocol: z.enum(['tcp', 'udp', 'sctp']).default('tcp'),
    TargetPort: port,
    PublishedPort: z.union([port, noPort]).default(0),
    PublishMode: z.enum(['ingress', 'host']).default('ingress'),
  })
  .transform(
    ({ Protocol, TargetPort, PublishedPort, PublishMode }): PublishedServicePort => ({
      protocol: Protocol,
      target: TargetPort,
      published: PublishedPort,
      mode: PublishMode,
    }),
  );

const attachments = z
  .array(z.looseObject({ Target: z.string(), Aliases: z.array(z.string()).nullish() }))
  .nullish();

export const serviceAnswer = z
  .looseObject({
    ID: dockerId,
    Spec: z.looseObject({
      Name: serviceName,
      Mode: z
        .looseObject({
          Replicated: z.looseObject({ Replicas: z.int().min(0).default(1) }).optional(),
        })
        .optional(),
      TaskTemplate: z
        .looseObject({
          Networks: attachments,
          RestartPolicy: z.looseObject({ Delay: z.int().min(0).optional() }).nullish(),
        })
        .optional(),
      Networks: attachments,
      EndpointSpec: z.looseObject({ Mode: z.enum(['vip', 'dnsrr']).default('vip') }).nullish(),
    }),
    Endpoint: z
      .looseObject({
        Ports: z.array(publishedPort).nullish(),
        VirtualIPs: z
          .array(z.looseObject({ NetworkID: dockerId, Addr: subnetOrNone.default('') }))
          .nullish(),
      })
      .optional(),
  })
  .transform(({ ID, Spec, Endpoint }): ServiceFacts => {
    const networks = Spec.TaskTemplate?.Networks ?? Spec.Networks ?? [];
    const delay = Spec.TaskTemplate?.RestartPolicy?.Delay;
    const addresses = (Endpoint?.VirtualIPs ?? []).map(
      ({ NetworkID, Addr }) => [NetworkID, withoutPrefix(Addr)] as const,
    );
    return {
      id: ID,
      name: Spec.Name,
      replicas: Spec.Mode?.Replicated?.Replicas,
      endpointMode: Spec.EndpointSpec?.Mode ?? 'vip',
      virtualAddresses: Object.fromEntries(addresses.filter(([, address]) => address !== '')),
      aliases: Object.fromEntries(networks.map(({ Target, Aliases }) => [Target, Aliases ?? []])),
      ports: Endpoint?.Ports ?? [],
      restartDelay: delay === undefined ? undefined : delay / 1e9,
    };
  });

export const taskAnswer = z
  .looseObject({
    ID: dockerId,
    ServiceID: dockerIdOrNone.default(''),
    Slot: z.int().default(0),
    CreatedAt: z.string().default(''),
    NodeID: dockerIdOrNone.default(''),
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
      ContainerStatus: z.looseObject({ ContainerID: dockerIdOrNone.default('') }).optional(),
    }),
    NetworksAttachments: z
      .array(
        z.looseObject({
          Network: z.looseObject({ ID: dockerId, Spec: z.looseObject({ Name: z.string() }) }),
          Addresses: z.array(subnetOrNone).nullish(),
        }),
      )
      .nullish(),
  })
  .transform((task): TaskFacts => {
    const attached = (task.NetworksAttachments ?? []).map(({ Network, Addresses }) => ({
      network: Network,
      address: withoutPrefix(Addresses?.[0] ?? ''),
    }));
    return {
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
        attached.map(({ network, address }) => [network.Spec.Name, address]),
      ),
      addressesById: Object.fromEntries(
        attached.map(({ network, address }) => [network.ID, address]),
      ),
    };
  });

function withoutPrefix(address: string): string {
  return address.split('/', 1)[0] ?? '';
}
