import type { CreateServiceOptions } from 'dockerode';
import { commandLine } from '../../process/run-command.ts';
import { type RequestOptions, requestOf, wordsOf } from '../request-options.ts';

/** The options of `docker service create`. */
export interface ServiceSpec {
  readonly name: string;
  readonly image: string;
  /** The command of the containers, instead of the image's own. */
  readonly command?: readonly string[];
  /** The number of containers on any nodes, or `global` for one on each node. */
  readonly replicas: number | 'global';
  /** The name resolves to all containers (`dnsrr`), or to one address with load balancing (`vip`). */
  readonly endpointMode: 'dnsrr' | 'vip';
  readonly networks?: readonly string[];
  readonly publish?: readonly ServicePort[];
  /** Like `--constraint`: `node.role==worker`. */
  readonly constraints?: readonly string[];
  /** In seconds, between the end of a container and the start of its replacement. Default: 5, like the engine. */
  readonly restartDelay?: number;
}

export interface ServicePort {
  /** The container's port. */
  readonly target: number;
  /** The machine's port. */
  readonly published: number;
  /**
   * `host` publishes on machines with a container, `ingress` on all machines with load balancing (the routing mesh).
   */
  readonly mode: 'host' | 'ingress';
}

/** Returns the command line of `docker service create`. */
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
