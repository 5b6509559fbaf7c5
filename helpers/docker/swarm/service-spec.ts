import type { CreateServiceOptions } from 'dockerode';
import { omitUndefined } from '../../process/omit-undefined.ts';
import { commandLine } from '../../process/run-command.ts';
import { redactEnvironment } from '../../process/text/redact-secrets.ts';
import { type RequestOptions, requestOf, wordsOf } from '../request-options.ts';

/** The options of `docker service create`. */
export interface ServiceSpec {
  readonly name: string;
  readonly image: string;
  /** The command of the containers, instead of the image's own. */
  readonly command?: readonly string[];
  /** The entry point of the containers with its arguments, instead of the image's own. */
  readonly entrypoint?: readonly string[];
  /** The number of containers on any nodes, or `global` for one on each node. */
  readonly replicas: number | 'global';
  /** The name resolves to all containers (`dnsrr`), or to one address with load balancing (`vip`). */
  readonly endpointMode: 'dnsrr' | 'vip';
  /** Networks by name, with the service's further names on them. */
  readonly networks?: readonly (string | ServiceNetwork)[];
  readonly publish?: readonly ServicePort[];
  /** Like `--constraint`: `node.role==worker`. */
  readonly constraints?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Labels of the service, and those of its containers. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly containerLabels?: Readonly<Record<string, string>>;
  readonly configs?: readonly ServiceFile[];
  readonly secrets?: readonly ServiceFile[];
  /** Like `--mount type=bind,source=PATH,target=PATH`: files of the machine at the same path in the containers. */
  readonly binds?: readonly string[];
  readonly health?: HealthCheck;
  /** In seconds, between the signal that ends a container and SIGKILL. Default: 10, like the engine. */
  readonly stopGrace?: number;
  /** In seconds, between the end of a container and the start of its replacement. Default: 5, like the engine. */
  readonly restartDelay?: number;
  /** `never` starts no replacement of a container that has ended. */
  readonly restart?: 'never';
  readonly update?: ServiceUpdate;
  readonly rollback?: ServiceUpdate;
}

export interface ServiceNetwork {
  readonly name: string;
  readonly aliases: readonly string[];
}

export interface ServicePort {
  /** The container's port. */
  readonly target: number;
  /** The machine's port; 0 for any free one, with the mode `host`. */
  readonly published: number;
  /** Default: `tcp`. */
  readonly protocol?: 'tcp' | 'udp';
  /**
   * `host` publishes on machines with a container, `ingress` on all machines with load balancing (the routing mesh).
   */
  readonly mode: 'host' | 'ingress';
}

/** A config or secret as a file of the containers. */
export interface ServiceFile {
  readonly id: string;
  readonly name: string;
  /** The path of a config; the name of a secret below /run/secrets. */
  readonly target: string;
}

/** A command that succeeds in a healthy container. Times are in seconds; the defaults are the engine's. */
export interface HealthCheck {
  readonly command: readonly string[];
  readonly interval?: number | undefined;
  readonly timeout?: number | undefined;
  readonly retries?: number | undefined;
  readonly startPeriod?: number | undefined;
}

/** The replacement of the containers of a service. Times are in seconds; the defaults are the engine's. */
export interface ServiceUpdate {
  readonly order?: 'start-first' | 'stop-first' | undefined;
  readonly parallelism?: number | undefined;
  readonly delay?: number | undefined;
  readonly monitor?: number | undefined;
  readonly onFailure?: 'pause' | 'continue' | 'rollback' | undefined;
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
    flags: networks.map((network) => `--network=${networkFlag(network)}`),
    request: {
      TaskTemplate: {
        Networks: networks.map((network) =>
          typeof network === 'string'
            ? { Target: network }
            : { Target: network.name, Aliases: [...network.aliases] },
        ),
      },
    },
  }),
  publish: (ports) => ({
    flags: ports.map(
      ({ target, published, protocol = 'tcp', mode }) =>
        `--publish=${published === 0 ? '' : `published=${published},`}target=${target},${protocol === 'tcp' ? '' : `protocol=${protocol},`}mode=${mode}`,
    ),
    request: {
      EndpointSpec: {
        Ports: ports.map(({ target, published, protocol = 'tcp', mode }) => ({
          Protocol: protocol,
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
  env: (env) => ({
    // The command line for users contains only the names.
    flags: redactEnvironment(settingsOf(env)).map((setting) => `--env=${setting}`),
    request: { TaskTemplate: { ContainerSpec: { Env: settingsOf(env) } } },
  }),
  labels: (labels) => ({
    flags: settingsOf(labels).map((setting) => `--label=${setting}`),
    request: { Labels: labels },
  }),
  containerLabels: (labels) => ({
    flags: settingsOf(labels).map((setting) => `--container-label=${setting}`),
    request: { TaskTemplate: { ContainerSpec: { Labels: labels } } },
  }),
  configs: (files) => ({
    flags: files.map(({ name, target }) => `--config=source=${name},target=${target}`),
    request: {
      TaskTemplate: {
        ContainerSpec: {
          Configs: files.map(({ id, name, target }) => ({
            File: fileAt(target),
            ConfigID: id,
            ConfigName: name,
          })),
        },
      },
    },
  }),
  secrets: (files) => ({
    flags: files.map(({ name, target }) => `--secret=source=${name},target=${target}`),
    request: {
      TaskTemplate: {
        ContainerSpec: {
          Secrets: files.map(({ id, name, target }) => ({
            File: fileAt(target),
            SecretID: id,
            SecretName: name,
          })),
        },
      },
    },
  }),
  binds: (paths) => ({
    flags: paths.map((path) => `--mount=type=bind,source=${path},target=${path}`),
    request: {
      TaskTemplate: {
        ContainerSpec: {
          Mounts: paths.map((path) => ({ Type: 'bind' as const, Source: path, Target: path })),
        },
      },
    },
  }),
  health: (health) => ({
    flags: [
      `--health-cmd=${health.command.join(' ')}`,
      ...secondFlag('--health-interval', health.interval),
      ...secondFlag('--health-timeout', health.timeout),
      ...(health.retries === undefined ? [] : [`--health-retries=${health.retries}`]),
      ...secondFlag('--health-start-period', health.startPeriod),
    ],
    request: {
      TaskTemplate: {
        ContainerSpec: {
          HealthCheck: {
            Test: ['CMD', ...health.command],
            ...omitUndefined({
              Interval: nanoseconds(health.interval),
              Timeout: nanoseconds(health.timeout),
              Retries: health.retries,
              StartPeriod: nanoseconds(health.startPeriod),
            }),
          },
        },
      },
    },
  }),
  stopGrace: (seconds) => ({
    flags: [`--stop-grace-period=${seconds}s`],
    request: { TaskTemplate: { ContainerSpec: { StopGracePeriod: seconds * 1e9 } } },
  }),
  restartDelay: (seconds) => ({
    flags: [`--restart-delay=${seconds}s`],
    request: { TaskTemplate: { RestartPolicy: { Condition: 'any', Delay: seconds * 1e9 } } },
  }),
  restart: () => ({
    flags: ['--restart-condition=none'],
    request: { TaskTemplate: { RestartPolicy: { Condition: 'none' } } },
  }),
  update: (update) => ({
    flags: updateFlags('--update', update),
    request: { UpdateConfig: updateRequest(update) },
  }),
  rollback: (update) => ({
    flags: updateFlags('--rollback', update),
    request: { RollbackConfig: updateRequest(update) },
  }),
  entrypoint: (words) => ({
    flags: [`--entrypoint=${words.join(' ')}`],
    request: { TaskTemplate: { ContainerSpec: { Command: [...words] } } },
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

function networkFlag(network: string | ServiceNetwork): string {
  if (typeof network === 'string') return network;
  return [`name=${network.name}`, ...network.aliases.map((one) => `alias=${one}`)].join(',');
}

function settingsOf(values: Readonly<Record<string, string>>): string[] {
  return Object.entries(values).map(([key, value]) => `${key}=${value}`);
}

/** Each user in the container may read it, as with the docker client. */
function fileAt(Name: string) {
  return { Name, UID: '0', GID: '0', Mode: 0o444 };
}

function updateFlags(prefix: string, update: ServiceUpdate): string[] {
  const { order, parallelism, delay, monitor, onFailure } = update;
  return [
    ...(order === undefined ? [] : [`${prefix}-order=${order}`]),
    ...(parallelism === undefined ? [] : [`${prefix}-parallelism=${parallelism}`]),
    ...secondFlag(`${prefix}-delay`, delay),
    ...secondFlag(`${prefix}-monitor`, monitor),
    ...(onFailure === undefined ? [] : [`${prefix}-failure-action=${onFailure}`]),
  ];
}

/** A missing number of parallel replacements would mean all at the same time; the docker client sends 1. */
function updateRequest({ order, parallelism = 1, delay, monitor, onFailure }: ServiceUpdate) {
  return {
    Parallelism: parallelism,
    ...omitUndefined({
      Order: order,
      Delay: nanoseconds(delay),
      Monitor: nanoseconds(monitor),
      FailureAction: onFailure,
    }),
  };
}

function secondFlag(flag: string, seconds: number | undefined): string[] {
  return seconds === undefined ? [] : [`${flag}=${seconds}s`];
}

function nanoseconds(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : seconds * 1e9;
}
