import {
  dockerId,
  dockerIdOrNone,
  ipAddressOrNone,
  macAddressOrNone,
  networkName,
  subnetOrNone,
} from '../process/text/reported-values.ts';
import type { NetworkCreateOptions } from 'dockerode';
import { z } from 'zod';
import { omitUndefined } from '../process/omit-undefined.ts';
import { commandLine } from '../process/run-command.ts';
import { printInspection } from '../process/text/redact-secrets.ts';
import type { Call, CallOptions, Connection } from './connection.ts';
import type { Explain } from './explain-failure.ts';
import { type RequestOptions, requestOf, wordsOf } from './request-options.ts';

/** A container on a network, as the queried engine knows it. */
export interface NetworkMember {
  /** The container's ID; `ep-…` for a container of another engine. */
  readonly id: string;
  readonly name: string;
  readonly endpointId: string;
  readonly address: string;
  readonly mac: string;
  /** True if it runs on the queried engine. */
  readonly local: boolean;
}

/** A container on a network of a swarm, on any host, as the queried engine knows it from gossip. */
export interface NetworkTask {
  /** Empty for a container without a service. */
  readonly service: string;
  readonly name: string;
  readonly endpointId: string;
  readonly address: string;
  /** The address of its host. */
  readonly hostAddress: string;
}

/** The addresses of one subnet, as Docker 29 counts them. */
export interface AddressPool {
  readonly subnet: string;
  /** The addresses that can still be assigned. */
  readonly free: number;
}

/** The result of `docker network inspect`. */
export interface NetworkFacts {
  readonly name: string;
  readonly id: string;
  readonly driver: string;
  readonly scope: 'local' | 'global' | 'swarm';
  /** The first subnet, such as `10.0.9.0/24`. Undefined in swarm mode until the manager has allocated the network. */
  readonly subnet: string | undefined;
  /** All subnets. */
  readonly subnets: readonly string[];
  readonly gateway: string | undefined;
  readonly attachable: boolean;
  readonly internal: boolean;
  /** True for the routing mesh of a swarm, which every node is on. */
  readonly ingress: boolean;
  readonly options: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  /**
   * Empty in lists: only the inspection of one network returns them. In swarm mode, only those of the queried engine.
   */
  readonly containers: readonly NetworkMember[];
  /**
   * The addresses of the hosts with endpoints on the network, as far as the engine's gossip knows them: in swarm mode,
   * if it has an endpoint itself.
   */
  readonly peers: readonly string[];
  /** The number of further such hosts, of which the engine's gossip knows only the name. */
  readonly peersWithoutAddress: number;
  /**
   * The containers of all hosts, if the network was inspected verbosely: in swarm mode, if the engine has one of them.
   */
  readonly tasks: readonly NetworkTask[];
  /** Undefined in lists, and for engines before Docker 29. In swarm mode, see {@link Networks.countAddresses}. */
  readonly pools?: readonly AddressPool[] | undefined;
  /** The complete response of the engine. */
  readonly raw: unknown;
}

export interface NetworkRequest {
  readonly name: string;
  readonly driver?: string;
  readonly subnet?: string;
  readonly gateway?: string;
  readonly attachable?: boolean;
  readonly internal?: boolean;
  readonly options?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
}

/** The networks that an engine knows. */
export interface Networks {
  create(request: NetworkRequest, options?: CallOptions): Promise<NetworkFacts>;
  /** @param options.verbose also returns {@link NetworkFacts.tasks} */
  inspect(
    nameOrId: string,
    options?: CallOptions & { readonly verbose?: boolean },
  ): Promise<NetworkFacts>;
  list(options?: CallOptions): Promise<NetworkFacts[]>;
  /**
   * Asks a manager for the address pools of a swarm's network; undefined before Docker 29. The inspection of a complete ID returns
   * the pools of that engine, which lack the addresses of other hosts. For a part of an ID, a manager asks the leader, which
   * assigns all addresses (`getNetwork` in moby's `network_routes.go`).
   */
  countAddresses(id: string, options?: CallOptions): Promise<readonly AddressPool[] | undefined>;
  remove(nameOrId: string, options?: CallOptions): Promise<void>;
}

const texts = z
  .record(z.string(), z.string())
  .nullish()
  .transform((record) => record ?? {});

const member = z.looseObject({
  Name: z.string(),
  EndpointID: dockerIdOrNone,
  MacAddress: macAddressOrNone,
  IPv4Address: subnetOrNone,
});

/** Go prints `<nil>` for a missing address. */
const goAddress = z
  .string()
  .transform((text) => (text === '<nil>' ? '' : text))
  .pipe(ipAddressOrNone);

const task = z.looseObject({
  Name: z.string(),
  EndpointID: dockerIdOrNone,
  EndpointIP: goAddress,
  Info: z.looseObject({ 'Host IP': goAddress.default('') }).nullish(),
});

/** The address of a peer is missing if gossip has not described it yet, after an engine restarted. */
const peerAddress = z.union([
  z.enum(['unknown', '<nil>']).transform(() => undefined),
  ipAddressOrNone,
]);

/** Of IPv6 subnets, an engine counts up to 2^64 - 1 addresses: more than the integers that JSON can represent exactly here. */
const pools = z
  .record(subnetOrNone, z.looseObject({ DynamicIPsAvailable: z.number().nonnegative() }))
  .transform((all): AddressPool[] =>
    Object.entries(all).map(([subnet, { DynamicIPsAvailable: free }]) => ({ subnet, free })),
  );

const networkAnswer = z
  .looseObject({
    Name: networkName,
    Id: dockerId,
    Driver: z.string(),
    Scope: z.enum(['local', 'global', 'swarm']),
    Attachable: z.boolean().default(false),
    Internal: z.boolean().default(false),
    Ingress: z.boolean().default(false),
    IPAM: z.looseObject({
      Config: z
        .array(z.looseObject({ Subnet: subnetOrNone.optional(), Gateway: z.string().optional() }))
        .nullish(),
    }),
    Options: texts,
    Labels: texts,
    Containers: z.record(z.string(), member).nullish(),
    Peers: z.array(z.looseObject({ IP: peerAddress })).nullish(),
    Services: z.record(z.string(), z.looseObject({ Tasks: z.array(task).nullish() })).nullish(),
    Status: z
      .looseObject({ IPAM: z.looseObject({ Subnets: pools.nullish() }).nullish() })
      .nullish(),
  })
  .transform((network): NetworkFacts => {
    const pool = network.IPAM.Config?.[0];
    return {
      name: network.Name,
      id: network.Id,
      driver: network.Driver,
      scope: network.Scope,
      subnet: pool?.Subnet,
      subnets: (network.IPAM.Config ?? []).flatMap(({ Subnet = '' }) =>
        Subnet === '' ? [] : Subnet,
      ),
      gateway: pool?.Gateway,
      attachable: network.Attachable,
      internal: network.Internal,
      ingress: network.Ingress,
      options: network.Options,
      labels: network.Labels,
      containers: Object.entries(network.Containers ?? {})
        // In swarm mode, each host has its own endpoint on the network, which balances the load of services.
        .filter(([id]) => !id.startsWith('lb-'))
        .map(([id, one]) => ({
          id,
          name: one.Name,
          endpointId: one.EndpointID,
          address: one.IPv4Address.split('/', 1)[0] ?? '',
          mac: one.MacAddress,
          local: !id.startsWith('ep-'),
        })),
      peers: (network.Peers ?? []).flatMap(({ IP }) => (IP === undefined ? [] : IP)),
      peersWithoutAddress: (network.Peers ?? []).filter(({ IP }) => IP === undefined).length,
      tasks: Object.entries(network.Services ?? {}).flatMap(([service, { Tasks }]) =>
        (Tasks ?? []).map((one) => ({
          service,
          name: one.Name,
          endpointId: one.EndpointID,
          address: one.EndpointIP,
          hostAddress: one.Info?.['Host IP'] ?? '',
        })),
      ),
      pools: network.Status?.IPAM?.Subnets ?? undefined,
      raw: network,
    };
  });

export function openNetworks(connection: Connection): Networks {
  return {
    create: async (request, options) => {
      const id = await connection.call(createCall(request, options));
      return await connection.call(inspectCall(id, request.name, options));
    },
    inspect: async (nameOrId, options) =>
      await connection.call(inspectCall(nameOrId, nameOrId, options)),
    list: async (options) =>
      await connection.call({
        ...options,
        title: 'network ls',
        readOnly: true,
        answer: z.array(networkAnswer),
        ask: (docker, abortSignal) => docker.listNetworks({ abortSignal }),
        print: (networks) =>
          networks
            .map(
              ({ id, name, driver, scope }) => `${id.slice(0, 12)}  ${name}  ${driver}  ${scope}`,
            )
            .join('\n'),
      }),
    countAddresses: async (id, options) => {
      const found = await connection.call(inspectCall(id.slice(0, -1), id, options));
      return found.id === id ? found.pools : undefined;
    },
    remove: async (nameOrId, options) => {
      await connection.call({
        ...options,
        title: `network rm ${nameOrId}`,
        answer: z.unknown(),
        ask: (docker, abortSignal) => docker.getNetwork(nameOrId).remove({ abortSignal }),
        explain: explainMissing(nameOrId),
      });
    },
  };
}

function createCall(request: NetworkRequest, options?: CallOptions): Call<string> {
  return {
    ...options,
    title: `network create ${request.name}`,
    line: commandLine('network', ['create', ...wordsOf(createOptions, request)]),
    answer: z.looseObject({ id: z.string() }).transform((network) => network.id),
    ask: (docker, abortSignal) =>
      docker.createNetwork({
        CheckDuplicate: true,
        Driver: 'bridge',
        ...requestOf(createOptions, request),
        abortSignal,
      }),
    print: (id) => id,
    explain: explainCreate(request),
  };
}

function inspectCall(
  nameOrId: string,
  name: string,
  { verbose = false, ...options }: CallOptions & { readonly verbose?: boolean } = {},
): Call<NetworkFacts> {
  return {
    ...options,
    title: `network inspect ${verbose ? '--verbose ' : ''}${name}`,
    readOnly: true,
    answer: networkAnswer,
    ask: (docker) => {
      // The client supports these parameters, but its types do not contain them.
      const network: { inspect(query: object): Promise<unknown> } = docker.getNetwork(nameOrId);
      return network.inspect(verbose ? { verbose } : {});
    },
    print: (network) => printInspection(network.raw),
    explain: explainMissing(name),
  };
}

const createOptions: RequestOptions<NetworkRequest, NetworkCreateOptions> = {
  driver: (driver) => ({ flags: ['--driver', driver], request: { Driver: driver } }),
  subnet: (subnet, spec) => ({ flags: [`--subnet=${subnet}`], request: addressPool(spec) }),
  gateway: (gateway, spec) => ({ flags: [`--gateway=${gateway}`], request: addressPool(spec) }),
  attachable: (isSet) => ({
    flags: isSet ? ['--attachable'] : [],
    request: { Attachable: isSet },
  }),
  internal: (isSet) => ({ flags: isSet ? ['--internal'] : [], request: { Internal: isSet } }),
  options: (options) => ({ flags: settings('--opt', options), request: { Options: options } }),
  labels: (labels) => ({ flags: settings('--label', labels), request: { Labels: labels } }),
  name: (name) => ({ words: [name], request: { Name: name } }),
};

function addressPool({ subnet, gateway }: NetworkRequest) {
  const pool = omitUndefined({ Subnet: subnet, Gateway: gateway });
  return { IPAM: { Driver: 'default', Config: [pool] } };
}

function settings(flag: string, values: Readonly<Record<string, string>>): string[] {
  return Object.entries(values).map(([key, value]) => `${flag}=${key}=${value}`);
}

function explainMissing(name: string): Explain {
  return ({ status, message }) => {
    if (status === 404) {
      return {
        code: 'network-unknown',
        observed: `no network ${name} on this engine`,
        hint: 'create the network, or check that its engine is in the cluster',
      };
    }
    // Swarm mode also reports "is in use by task …" for a moment after the last container has left.
    const isUsed = /is in use by (task|service)/.test(message);
    if (isUsed || message.includes('active endpoints')) {
      const code = isUsed ? 'network-in-use' : 'network-has-containers';
      return { code, observed: message, hint: 'remove or disconnect these containers first' };
    }
    return undefined;
  };
}

function explainCreate({ name, driver, subnet }: NetworkRequest): Explain {
  return ({ status, message }) => {
    if (/already exists/.test(message)) {
      return {
        code: 'name-taken',
        observed: `network ${name} already exists`,
        hint: `remove it first: docker network rm ${name}`,
      };
    }
    if (/overlap/i.test(message)) {
      return {
        code: 'range-in-use',
        observed: `${subnet ?? 'its subnet'} overlaps with another network: ${message}`,
        hint: 'choose another subnet, or remove that network',
      };
    }
    // Without a key-value store, the engine assumes a network of swarm mode, and advises even a worker to join a swarm.
    if (driver === 'overlay' && /not a swarm manager|datastore for scope "global"/.test(message)) {
      return {
        code: 'swarm-membership',
        observed: 'the engine is in no cluster, or only a worker of its swarm',
        hint: 'create the network on a manager of a swarm; for a key-value cluster, start the engine with the options cluster-store and cluster-advertise',
      };
    }
    if (status === 404) {
      return {
        code: 'engine-unsuitable',
        observed: message,
        hint: `use another network driver: the engine does not have ${driver ?? 'this one'}`,
      };
    }
    return undefined;
  };
}
