import type { ContainerCreateOptions, EndpointSettings } from 'dockerode';
import { redactEnvironment } from '../../process/text/redact-secrets.ts';
import { commandLine } from '../../process/run-command.ts';
import { repeat, type RequestOptions, requestOf, wordsOf } from '../request-options.ts';

/** The options of `docker run -d`. */
export interface ContainerSpec {
  readonly name?: string;
  readonly image: string;
  readonly command?: readonly string[];
  readonly entrypoint?: readonly string[];
  readonly hostname?: string;
  /** A network's name. Default: the engine's bridge. */
  readonly network?: string;
  /** A fixed IPv4 address on that network. */
  readonly address?: string;
  /** Further names on that network. */
  readonly aliases?: readonly string[];
  /** Like `-p`: `8080:8080`, `127.0.0.1:8080:80/tcp`, or `8080` for any free port. */
  readonly publish?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  /** Like `--cap-add`. */
  readonly capabilities?: readonly string[];
  /** Like `--cap-drop`: `ALL` keeps the capabilities in `capabilities`. */
  readonly dropCapabilities?: readonly string[];
  /** Like `--security-opt`: `seccomp=unconfined`. */
  readonly securityOptions?: readonly string[];
  /**
   * Like `--pid=host` and `--userns=host`: the container sees the processes of its host, and its root is the host's
   * root.
   */
  readonly hostNamespaces?: readonly ('pid' | 'userns')[];
  /** Like `--read-only`: the container cannot write to its file system. */
  readonly readOnly?: boolean;
  /** Like `--log-driver none`: the engine stores no output. */
  readonly unlogged?: boolean;
  /** Like `-v`: `/on/the/machine:/in/the/container`. */
  readonly binds?: readonly string[];
  /** Like `--memory`, without swap, `--pids-limit`, `--ulimit nofile=` and `--oom-score-adj`. */
  readonly limits?: {
    /** In bytes. */
    readonly memory: number;
    readonly processes: number;
    readonly files: number;
    readonly outOfMemoryScore: number;
  };
  /** Like `--restart`: `always` restarts it with its engine. */
  readonly restart?: 'always';
}

export interface PublishedPort {
  /** Such as `8080/tcp`. */
  readonly containerPort: string;
  readonly hostAddress: string;
  /** Empty for any free port. */
  readonly hostPort: string;
}

/** Parses `[[address:]port:]port[/protocol]` of `-p`. */
export function parsePublish(text: string): PublishedPort {
  const [ports = '', protocol = 'tcp'] = text.split('/', 2);
  const parts = ports.split(':');
  const [containerPort = '', hostPort = '', hostAddress = ''] = parts.toReversed();
  return { containerPort: `${containerPort}/${protocol}`, hostAddress, hostPort };
}

/** Returns the command line of `docker run -d`. */
export function runLine(spec: ContainerSpec): string {
  return commandLine('run', ['-d', ...wordsOf(options, spec)]);
}

/** Returns the command line of `docker run -i --rm`, which keeps the container's streams until it is removed. */
export function attachedLine(spec: ContainerSpec): string {
  return commandLine('run', ['-i', '--rm', ...wordsOf(options, spec)]);
}

/** Returns the command line of `docker create`. */
export function createLine(spec: ContainerSpec): string {
  return commandLine('create', wordsOf(options, spec));
}

/** Returns the Docker API's request for the container. */
export function createRequest(spec: ContainerSpec): ContainerCreateOptions {
  return requestOf(options, spec);
}

const options: RequestOptions<ContainerSpec, ContainerCreateOptions> = {
  readOnly: (isSet) =>
    isSet ? { flags: ['--read-only'], request: { HostConfig: { ReadonlyRootfs: true } } } : {},
  name: (name) => ({ flags: ['--name', name], request: { name } }),
  hostname: (name) => ({ flags: ['-h', name], request: { Hostname: name } }),
  network: (name, spec) => ({
    flags: ['--net', name],
    request: { HostConfig: { NetworkMode: name }, ...onNetwork(spec, {}) },
  }),
  address: (address, spec) => ({
    flags: ['--ip', address],
    request: onNetwork(spec, { IPAMConfig: { IPv4Address: address } }),
  }),
  aliases: (aliases, spec) => ({
    flags: repeat('--network-alias', aliases),
    request: onNetwork(spec, { Aliases: [...aliases] }),
  }),
  publish: (ports) => ({
    flags: repeat('-p', ports),
    request: publishPorts(ports.map(parsePublish)),
  }),
  env: (env) => {
    const settings = Object.entries(env).map(([key, value]) => `${key}=${value}`);
    // The command line for users contains only the names.
    return { flags: repeat('-e', redactEnvironment(settings)), request: { Env: settings } };
  },
  labels: (labels) => ({
    flags: repeat(
      '-l',
      Object.entries(labels).map(([key, value]) => `${key}=${value}`),
    ),
    request: { Labels: { ...labels } },
  }),
  dropCapabilities: (all) => ({
    flags: repeat('--cap-drop', all),
    request: { HostConfig: { CapDrop: [...all] } },
  }),
  capabilities: (all) => ({
    flags: repeat('--cap-add', all),
    request: { HostConfig: { CapAdd: [...all] } },
  }),
  securityOptions: (all) => ({
    flags: repeat('--security-opt', all),
    request: { HostConfig: { SecurityOpt: [...all] } },
  }),
  hostNamespaces: (kinds) => ({
    flags: kinds.flatMap((kind) => [`--${kind}`, 'host']),
    request: {
      HostConfig: Object.fromEntries(
        kinds.map((kind) => [kind === 'pid' ? 'PidMode' : 'UsernsMode', 'host']),
      ),
    },
  }),
  unlogged: (isSet) =>
    isSet
      ? {
          flags: ['--log-driver', 'none'],
          request: { HostConfig: { LogConfig: { Type: 'none', Config: {} } } },
        }
      : {},
  binds: (binds) => ({
    flags: repeat('-v', binds),
    request: { HostConfig: { Binds: [...binds] } },
  }),
  restart: (policy) => ({
    flags: ['--restart', policy],
    request: { HostConfig: { RestartPolicy: { Name: policy } } },
  }),
  limits: ({ memory, processes, files, outOfMemoryScore }) => ({
    flags: [
      `--memory ${memory} --memory-swap ${memory}`,
      `--pids-limit ${processes} --ulimit nofile=${files}`,
      `--oom-score-adj ${outOfMemoryScore}`,
    ].flatMap((flags) => flags.split(' ')),
    request: {
      HostConfig: {
        Memory: memory,
        MemorySwap: memory,
        PidsLimit: processes,
        Ulimits: [{ Name: 'nofile', Soft: files, Hard: files }],
        OomScoreAdj: outOfMemoryScore,
      },
    },
  }),
  image: (image) => ({ words: [image], request: { Image: image } }),
  entrypoint: ([program, ...rest]) => ({
    flags: program === undefined ? [] : ['--entrypoint', program],
    words: rest,
    request: { Entrypoint: program === undefined ? [] : [program, ...rest] },
  }),
  command: (words) => ({ words, request: { Cmd: [...words] } }),
};

/** Returns the container's endpoint on its network, if it names one. */
function onNetwork({ network }: ContainerSpec, endpoint: EndpointSettings) {
  return network === undefined
    ? {}
    : { NetworkingConfig: { EndpointsConfig: { [network]: endpoint } } };
}

function publishPorts(published: readonly PublishedPort[]): Partial<ContainerCreateOptions> {
  const bindings: Record<string, { HostIp: string; HostPort: string }[]> = {};
  for (const { containerPort, hostAddress, hostPort } of published) {
    (bindings[containerPort] ??= []).push({ HostIp: hostAddress, HostPort: hostPort });
  }
  return {
    ExposedPorts: Object.fromEntries(published.map(({ containerPort }) => [containerPort, {}])),
    HostConfig: { PortBindings: bindings },
  };
}
