import type { ContainerCreateOptions } from 'dockerode';
import { redactEnvironment } from '../../process/text/redact-secrets.ts';
import { commandLine } from '../../process/run-command.ts';

/** What `docker run -d` is told. */
export interface ContainerSpec {
  readonly name?: string;
  readonly image: string;
  readonly command?: readonly string[];
  readonly entrypoint?: readonly string[];
  readonly hostname?: string;
  /** A network's name; the engine's own bridge when absent. */
  readonly network?: string;
  /** A fixed IPv4 address on that network. */
  readonly address?: string;
  /** Further names on that network. */
  readonly aliases?: readonly string[];
  /** As `-p`: `8080:8080`, `127.0.0.1:8080:80/tcp`, `8080` for any free port. */
  readonly publish?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  /** As `--cap-add`. */
  readonly capabilities?: readonly string[];
  /** As `--cap-drop`: `ALL` leaves those alone that `capabilities` names. */
  readonly dropCapabilities?: readonly string[];
  /** As `--security-opt`: `seccomp=unconfined`. */
  readonly securityOptions?: readonly string[];
  /** As `--pid` and `--userns`: it sees the processes of its host, its root is the host's. */
  readonly hostNamespaces?: readonly ('pid' | 'userns')[];
  /** As `--read-only`: it can write nothing to its own file system. */
  readonly readOnly?: boolean;
  /** As `--log-driver none`: the engine keeps nothing of what it writes. */
  readonly unlogged?: boolean;
  /** As `-v`: `/on/the/machine:/in/the/container`. */
  readonly binds?: readonly string[];
  /** As `--memory`, without swap, `--pids-limit`, `--ulimit nofile=` and `--oom-score-adj`. */
  readonly limits?: {
    /** Bytes */
    readonly memory: number;
    readonly processes: number;
    readonly files: number;
    readonly outOfMemoryScore: number;
  };
  /** As `--restart`: `always` brings it back with its engine. */
  readonly restart?: 'always';
}

export interface PublishedPort {
  /** `8080/tcp` */
  readonly containerPort: string;
  readonly hostAddress: string;
  /** Empty for any free port. */
  readonly hostPort: string;
}

/** Takes `-p`'s `[[address:]port:]port[/protocol]` apart. */
export function parsePublish(text: string): PublishedPort {
  const [ports = '', protocol = 'tcp'] = text.split('/', 2);
  const parts = ports.split(':');
  const [containerPort = '', hostPort = '', hostAddress = ''] = parts.toReversed();
  return { containerPort: `${containerPort}/${protocol}`, hostAddress, hostPort };
}

/** The docker client's command line that makes it and starts it. */
export function runLine(spec: ContainerSpec): string {
  return commandLine('run', ['-d', ...argumentsFor(spec)]);
}

/** The docker client's command line that makes it, starts it, and holds its streams until it is gone. */
export function attachedLine(spec: ContainerSpec): string {
  return commandLine('run', ['-i', '--rm', ...argumentsFor(spec)]);
}

/** The docker client's command line that only makes it. */
export function createLine(spec: ContainerSpec): string {
  return commandLine('create', argumentsFor(spec));
}

function environmentOf({ env = {} }: ContainerSpec): string[] {
  return Object.entries(env).map(([key, value]) => `${key}=${value}`);
}

/** For people to read: of the environment only the names are said. */
function argumentsFor(spec: ContainerSpec): string[] {
  const { name, image, command = [], entrypoint, hostname, network, address } = spec;
  const [program, ...programArguments] = entrypoint ?? [];
  const options = [
    ['--name', name],
    ['-h', hostname],
    ['--net', network],
    ['--ip', address],
    ...(spec.aliases ?? []).map((alias) => ['--network-alias', alias]),
    ...(spec.publish ?? []).map((port) => ['-p', port]),
    ...redactEnvironment(environmentOf(spec)).map((setting) => ['-e', setting]),
    ...Object.entries(spec.labels ?? {}).map(([key, value]) => ['-l', `${key}=${value}`]),
    ...(spec.dropCapabilities ?? []).map((capability) => ['--cap-drop', capability]),
    ...(spec.capabilities ?? []).map((capability) => ['--cap-add', capability]),
    ...(spec.securityOptions ?? []).map((option) => ['--security-opt', option]),
    ...(spec.hostNamespaces ?? []).map((kind) => [`--${kind}`, 'host']),
    ['--log-driver', spec.unlogged === true ? 'none' : undefined],
    ...(spec.binds ?? []).map((bind) => ['-v', bind]),
    ['--restart', spec.restart],
    ...limitOptions(spec),
    ['--entrypoint', program],
  ].flatMap(([option = '', value]) => (value === undefined ? [] : [option, value]));
  const flags = spec.readOnly === true ? ['--read-only'] : [];
  return [...flags, ...options, image, ...programArguments, ...command];
}

function limitOptions({ limits }: ContainerSpec): [string, string][] {
  if (limits === undefined) return [];
  const { memory, processes, files, outOfMemoryScore } = limits;
  return [
    ['--memory', `${memory}`],
    ['--memory-swap', `${memory}`],
    ['--pids-limit', `${processes}`],
    ['--ulimit', `nofile=${files}`],
    ['--oom-score-adj', `${outOfMemoryScore}`],
  ];
}

function limitsOf({ limits }: ContainerSpec): ContainerCreateOptions['HostConfig'] {
  if (limits === undefined) return {};
  const { memory, processes, files, outOfMemoryScore } = limits;
  return {
    Memory: memory,
    MemorySwap: memory,
    PidsLimit: processes,
    Ulimits: [{ Name: 'nofile', Soft: files, Hard: files }],
    OomScoreAdj: outOfMemoryScore,
  };
}

/** The Docker API's request for it. */
export function createRequest(spec: ContainerSpec): ContainerCreateOptions {
  const published = (spec.publish ?? []).map(parsePublish);
  return {
    Image: spec.image,
    ...(spec.name === undefined ? {} : { name: spec.name }),
    ...(spec.command === undefined ? {} : { Cmd: [...spec.command] }),
    ...(spec.entrypoint === undefined ? {} : { Entrypoint: [...spec.entrypoint] }),
    ...(spec.hostname === undefined ? {} : { Hostname: spec.hostname }),
    Env: environmentOf(spec),
    Labels: { ...spec.labels },
    ExposedPorts: Object.fromEntries(published.map(({ containerPort }) => [containerPort, {}])),
    HostConfig: {
      PortBindings: bindPorts(published),
      ...(spec.network === undefined ? {} : { NetworkMode: spec.network }),
      ...(spec.capabilities === undefined ? {} : { CapAdd: [...spec.capabilities] }),
      ...(spec.dropCapabilities === undefined ? {} : { CapDrop: [...spec.dropCapabilities] }),
      ...(spec.securityOptions === undefined ? {} : { SecurityOpt: [...spec.securityOptions] }),
      ...(spec.hostNamespaces?.includes('pid') === true ? { PidMode: 'host' } : {}),
      ...(spec.hostNamespaces?.includes('userns') === true ? { UsernsMode: 'host' } : {}),
      ...(spec.readOnly === true ? { ReadonlyRootfs: true } : {}),
      ...(spec.unlogged === true ? { LogConfig: { Type: 'none', Config: {} } } : {}),
      ...(spec.binds === undefined ? {} : { Binds: [...spec.binds] }),
      ...(spec.restart === undefined ? {} : { RestartPolicy: { Name: spec.restart } }),
      ...limitsOf(spec),
    },
    ...(spec.network === undefined
      ? {}
      : { NetworkingConfig: { EndpointsConfig: { [spec.network]: endpoint(spec) } } }),
  };
}

function bindPorts(
  published: readonly PublishedPort[],
): Record<string, { HostIp: string; HostPort: string }[]> {
  const bindings: Record<string, { HostIp: string; HostPort: string }[]> = {};
  for (const { containerPort, hostAddress, hostPort } of published) {
    (bindings[containerPort] ??= []).push({ HostIp: hostAddress, HostPort: hostPort });
  }
  return bindings;
}

function endpoint({ address, aliases }: ContainerSpec): {
  Aliases?: string[];
  IPAMConfig?: { IPv4Address: string };
} {
  return {
    ...(aliases === undefined ? {} : { Aliases: [...aliases] }),
    ...(address === undefined ? {} : { IPAMConfig: { IPv4Address: address } }),
  };
}
