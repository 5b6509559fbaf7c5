import type { CreateServiceOptions } from 'dockerode';
import { commandLine } from '../../process/run-command.ts';
import { type RequestOptions, requestOf, wordsOf } from '../request-options.ts';

/** What `docker service create` is told. */
export interface ServiceSpec {
  readonly name: string;
  readonly image: string;
  /** What the containers run, in place of the image's own command. */
  readonly command?: readonly string[];
  /** How many containers, wherever there is room; or `global` for one on each node. */
  readonly replicas: number | 'global';
  /** Whether the name stands for all containers (`dnsrr`), or for one address that spreads what it gets (`vip`). */
  readonly endpointMode: 'dnsrr' | 'vip';
  readonly networks?: readonly string[];
  readonly publish?: readonly ServicePort[];
  /** As `--constraint`: `node.role==worker`. */
  readonly constraints?: readonly string[];
  /** Seconds between the containers' end and their successors' start; 5 when absent, as with the engine. */
  readonly restartDelay?: number;
}

export interface ServicePort {
  /** The container's. */
  readonly target: number;
  /** The machine's. */
  readonly published: number;
  /** `host` is on the machines that run a container; `ingress` on all, which spread what comes (the routing mesh). */
  readonly mode: 'host' | 'ingress';
}

/** The command line of `docker service create`. */
export function serviceLine(spec: ServiceSpec): string {
  return commandLine('service', ['create', ...wordsOf(options, spec)]);
}

/** The Docker API's request for the service. */
export function serviceRequest(spec: ServiceSpec): CreateServiceOptions {
  return requestOf(options, spec);
}

const options: RequestOptions<ServiceSpec, CreateServiceOptions> = {
  name: (name) => ({ flags: [`--name=${name}`], request: { Name: name } }),
  replicas: (replicas) =>
    replicas === 'global'
      ? { flags: ['--mode=global'], request: { Mode: { Global: {} } } }
      : {
          flags: [`--replicas=${replicas}`],
          request: { Mode: { Replicated: { Replicas: replicas } } },
        },
  endpointMode: (mode) => ({
    flags: [`--endpoint-mode=${mode}`],
    request: { EndpointSpec: { Mode: mode } },
  }),
  networks: (networks) => ({
    flags: networks.map((network) => `--network=${network}`),
    request: { TaskTemplate: { Networks: networks.map((network) => ({ Target: network })) } },
  }),
  publish: (ports) => ({
    flags: ports.map(
      ({ target, published, mode }) =>
        `--publish=published=${published},target=${target},mode=${mode}`,
    ),
    request: {
      EndpointSpec: {
        Ports: ports.map(({ target, published, mode }) => ({
          Protocol: 'tcp' as const,
          TargetPort: target,
          PublishedPort: published,
          PublishMode: mode,
        })),
      },
    },
  }),
  constraints: (constraints) => ({
    flags: constraints.map((constraint) => `--constraint=${constraint}`),
    request: { TaskTemplate: { Placement: { Constraints: [...constraints] } } },
  }),
  restartDelay: (seconds) => ({
    flags: [`--restart-delay=${seconds}s`],
    request: { TaskTemplate: { RestartPolicy: { Condition: 'any', Delay: seconds * 1e9 } } },
  }),
  image: (image) => ({
    words: [image],
    request: { TaskTemplate: { ContainerSpec: { Image: image } } },
  }),
  command: (words) => ({
    words,
    request: { TaskTemplate: { ContainerSpec: { Args: [...words] } } },
  }),
};
