import type { CreateServiceOptions } from 'dockerode';
import { commandLine } from '../../process/run-command.ts';

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

/** The docker client's command line that makes it. */
export function serviceLine(spec: ServiceSpec): string {
  const { name, image, command = [], replicas, endpointMode, restartDelay } = spec;
  return commandLine('service', [
    'create',
    `--name=${name}`,
    ...(replicas === 'global' ? ['--mode=global'] : [`--replicas=${replicas}`]),
    `--endpoint-mode=${endpointMode}`,
    ...(spec.networks ?? []).map((network) => `--network=${network}`),
    ...(spec.publish ?? []).map(
      ({ target, published, mode }) =>
        `--publish=published=${published},target=${target},mode=${mode}`,
    ),
    ...(spec.constraints ?? []).map((constraint) => `--constraint=${constraint}`),
    ...(restartDelay === undefined ? [] : [`--restart-delay=${restartDelay}s`]),
    image,
    ...command,
  ]);
}

/** The Docker API's request for it. */
export function serviceRequest(spec: ServiceSpec): CreateServiceOptions {
  const { name, image, command, replicas, endpointMode, networks = [], publish = [] } = spec;
  return {
    Name: name,
    Mode: replicas === 'global' ? { Global: {} } : { Replicated: { Replicas: replicas } },
    TaskTemplate: {
      ContainerSpec: { Image: image, ...(command === undefined ? {} : { Args: [...command] }) },
      Networks: networks.map((network) => ({ Target: network })),
      ...(spec.constraints === undefined
        ? {}
        : { Placement: { Constraints: [...spec.constraints] } }),
      ...(spec.restartDelay === undefined
        ? {}
        : { RestartPolicy: { Condition: 'any', Delay: spec.restartDelay * 1e9 } }),
    },
    EndpointSpec: {
      Mode: endpointMode,
      Ports: publish.map(({ target, published, mode }) => ({
        Protocol: 'tcp',
        TargetPort: target,
        PublishedPort: published,
        PublishMode: mode,
      })),
    },
  };
}
