import {
  containerName,
  dockerId,
  dockerIdOrNone,
  ipAddressOrNone,
  macAddressOrNone,
  networkName,
} from '../../process/text/reported-values.ts';
import { z } from 'zod';

/** A container's endpoint on one network. */
export interface ContainerEndpoint {
  readonly networkId: string;
  readonly endpointId: string;
  /** Empty if the container does not run. */
  readonly address: string;
  readonly prefixLength: number;
  readonly gateway: string;
  readonly mac: string;
  /** Further names on the network in addition to its own; the short ID may be one of them. */
  readonly aliases: readonly string[];
}

export const containerStatuses = [
  'created',
  'running',
  'paused',
  'restarting',
  'removing',
  'exited',
  'dead',
] as const;

const statuses = z.enum(containerStatuses);

export type ContainerStatus = z.infer<typeof statuses>;

/** The result of `docker inspect` for a container. */
export interface ContainerFacts {
  readonly id: string;
  readonly name: string;
  readonly status: ContainerStatus;
  readonly running: boolean;
  readonly exitCode: number;
  /** The error that the engine reports; empty without one. */
  readonly error: string;
  readonly pid: number;
  readonly startedAt: string;
  readonly restartCount: number;
  /** The image name that was given for the container. */
  readonly image: string;
  readonly imageId: string;
  readonly hostname: string;
  readonly terminal: boolean;
  readonly labels: Readonly<Record<string, string>>;
  readonly env: readonly string[];
  /** By the name of the network. */
  readonly networks: Readonly<Record<string, ContainerEndpoint>>;
  /** The addresses and ports on the machine, by container port (`8080/tcp`). */
  readonly ports: Readonly<Record<string, readonly { address: string; port: number }[]>>;
  readonly hostConfig: Readonly<Record<string, unknown>>;
  /** The complete response of the engine. */
  readonly raw: unknown;
}

const endpoint = z
  .looseObject({
    NetworkID: dockerIdOrNone,
    EndpointID: dockerIdOrNone,
    IPAddress: ipAddressOrNone,
    IPPrefixLen: z.number(),
    Gateway: z.string(),
    MacAddress: macAddressOrNone,
    Aliases: z.array(z.string()).nullish(),
  })
  .transform(
    (end): ContainerEndpoint => ({
      networkId: end.NetworkID,
      endpointId: end.EndpointID,
      address: end.IPAddress,
      prefixLength: end.IPPrefixLen,
      gateway: end.Gateway,
      mac: end.MacAddress,
      aliases: end.Aliases ?? [],
    }),
  );

const published = z
  .array(z.looseObject({ HostIp: ipAddressOrNone, HostPort: z.string().regex(/^\d{0,5}$/) }))
  .nullable()
  .transform((bindings) =>
    (bindings ?? []).map(({ HostIp, HostPort }) => ({ address: HostIp, port: Number(HostPort) })),
  );

export const containerAnswer = z
  .looseObject({
    Id: dockerId,
    Name: containerName,
    Image: z.string(),
    RestartCount: z.number(),
    State: z.looseObject({
      Status: z.string(),
      Running: z.boolean(),
      ExitCode: z.number(),
      Error: z.string(),
      Pid: z.int().min(0),
      StartedAt: z.string(),
    }),
    Config: z.looseObject({
      Image: z.string(),
      Hostname: z.string(),
      Tty: z.boolean(),
      Labels: z.record(z.string(), z.string()).nullable(),
      Env: z.array(z.string()).nullable(),
    }),
    HostConfig: z.record(z.string(), z.unknown()),
    NetworkSettings: z.looseObject({
      Networks: z.record(networkName, endpoint).nullable(),
      Ports: z.record(z.string(), published).nullable(),
    }),
  })
  .transform(
    (container): ContainerFacts => ({
      id: container.Id,
      name: container.Name.replace(/^\//, ''),
      status: statusOf(container.State),
      running: container.State.Running,
      exitCode: container.State.ExitCode,
      error: container.State.Error,
      pid: container.State.Pid,
      startedAt: container.State.StartedAt,
      restartCount: container.RestartCount,
      image: container.Config.Image,
      imageId: container.Image,
      hostname: container.Config.Hostname,
      terminal: container.Config.Tty,
      labels: container.Config.Labels ?? {},
      env: container.Config.Env ?? [],
      networks: container.NetworkSettings.Networks ?? {},
      ports: container.NetworkSettings.Ports ?? {},
      hostConfig: container.HostConfig,
      raw: container,
    }),
  );

/** Returns the status. A status that is unknown here, of a newer engine, counts as running or exited. */
function statusOf({ Status, Running }: { Status: string; Running: boolean }): ContainerStatus {
  return statuses.safeParse(Status).data ?? (Running ? 'running' : 'exited');
}
