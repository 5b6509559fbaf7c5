import {
  addressAndPort,
  dockerIdOrNone,
  hostName,
  ipAddressOrNone,
  storeUrl,
} from '../process/text/reported-values.ts';
import { z } from 'zod';
import { omitUndefined } from '../process/omit-undefined.ts';
import { printInspection } from '../process/text/redact-secrets.ts';
import type { CallOptions, Connection } from './connection.ts';
import { expiryOf } from './endpoints/certificate-dates.ts';
import type { Explain } from './explain-failure.ts';

/** The fields of `docker info` that concern clusters. */
export interface EngineInfo {
  readonly id: string;
  /** The machine's hostname, by which a key-value cluster distinguishes its members. */
  readonly name: string;
  readonly serverVersion: string;
  readonly kernelVersion: string;
  readonly operatingSystem: string;
  readonly architecture: string;
  readonly storageDriver: string;
  readonly labels: readonly string[];
  /** Such as `consul://192.168.99.100:8500`; undefined if the engine is in no key-value cluster. */
  readonly clusterStore: string | undefined;
  /** Such as `192.168.99.101:2376`. */
  readonly clusterAdvertise: string | undefined;
  readonly swarm: 'inactive' | 'pending' | 'active' | 'error' | 'locked';
  /** Its membership of a swarm; undefined if it is in no swarm. */
  readonly swarmNode: SwarmMember | undefined;
  /** The error that its part in a swarm reports, such as a missing leader; empty without one. */
  readonly swarmError: string;
  /** True if containers keep running while the engine is stopped. Swarm mode does not support it. */
  readonly liveRestore: boolean;
  readonly containersRunning: number;
  /** The folder of its state: `/var/lib/docker`. */
  readonly rootFolder: string;
  /** The engine's current time, in ISO 8601 format. */
  readonly systemTime: string;
  readonly warnings: readonly string[];
  /** The status of a classic Swarm that a manager reports: lines of name and value. Empty for engines. */
  readonly systemStatus: readonly (readonly [name: string, value: string])[];
}

/** The membership of a swarm that an engine reports. */
export interface SwarmMember {
  readonly id: string;
  /** The address at which other members reach it. */
  readonly address: string;
  readonly isManager: boolean;
  /** Such as `192.168.99.101:2377`; the managers that it knows. */
  readonly managers: readonly string[];
  /** The end of the validity of the swarm's certificate authority, in ISO 8601 format; only a manager reports it. */
  readonly authorityExpires?: string | undefined;
}

export interface EngineVersion {
  readonly version: string;
  readonly apiVersion: string;
  readonly goVersion: string;
  readonly kernelVersion: string;
  /** The operating system of its containers: `linux`. */
  readonly os: string;
  /** The names of its components; `Podman Engine` for another product. */
  readonly components: readonly string[];
}

/** The fields of a response that identify an engine. */
export interface EngineIdentity {
  readonly id: string;
  /** Its machine's hostname; undefined if it reports an invalid one. */
  readonly name: string | undefined;
  /** The address that it advertises to other members of its cluster. */
  readonly advertised: string | undefined;
}

const orNone = z
  .string()
  .nullish()
  .transform((text) => (text === null || text === '' ? undefined : text));

const list = z
  .array(z.string())
  .nullish()
  .transform((items) => items ?? []);

/** The folder of an engine without another setting. */
const USUAL_ROOT = '/var/lib/docker';

const absolutePath = z.string().regex(/^(?:\/(?!\.\.?(?:\/|$))[\w.@+:-]+)+$/, 'not a path');

const infoAnswer = z
  .object({
    ID: z.string(),
    Name: z.string(),
    ServerVersion: z.string(),
    KernelVersion: z.string(),
    OperatingSystem: z.string(),
    Architecture: z.string(),
    Driver: z.string(),
    Labels: list,
    ClusterStore: orNone.pipe(storeUrl.optional()),
    ClusterAdvertise: orNone.pipe(addressAndPort.optional()),
    Swarm: z
      .object({
        LocalNodeState: z.enum(['', 'inactive', 'pending', 'active', 'error', 'locked']),
        NodeID: dockerIdOrNone.default(''),
        NodeAddr: ipAddressOrNone.default(''),
        ControlAvailable: z.boolean().default(false),
        RemoteManagers: z.array(z.object({ Addr: addressAndPort })).nullish(),
        Error: z.string().default(''),
        Cluster: z
          .object({ TLSInfo: z.object({ TrustRoot: z.string().default('') }).nullish() })
          .nullish(),
      })
      .optional(),
    ContainersRunning: z.number(),
    LiveRestoreEnabled: z.boolean().default(false),
    DockerRootDir: absolutePath.catch(USUAL_ROOT),
    SystemTime: z.string().default(''),
    Warnings: list,
    SystemStatus: z
      .array(z.tuple([z.string(), z.string()]))
      .nullish()
      .transform((lines) => lines ?? []),
  })
  .transform((info): EngineInfo => {
    const state = info.Swarm?.LocalNodeState ?? '';
    return {
      id: info.ID,
      name: info.Name,
      serverVersion: info.ServerVersion,
      kernelVersion: info.KernelVersion,
      operatingSystem: info.OperatingSystem,
      architecture: info.Architecture,
      storageDriver: info.Driver,
      labels: info.Labels,
      clusterStore: info.ClusterStore,
      clusterAdvertise: info.ClusterAdvertise,
      swarm: state === '' ? 'inactive' : state,
      swarmNode:
        info.Swarm === undefined || info.Swarm.NodeID === ''
          ? undefined
          : {
              id: info.Swarm.NodeID,
              address: info.Swarm.NodeAddr,
              isManager: info.Swarm.ControlAvailable,
              managers: (info.Swarm.RemoteManagers ?? []).map(({ Addr }) => Addr),
              ...omitUndefined({
                authorityExpires: expiryOf(
                  info.Swarm.Cluster?.TLSInfo?.TrustRoot ?? '',
                )?.toISOString(),
              }),
            },
      swarmError: info.Swarm?.Error ?? '',
      liveRestore: info.LiveRestoreEnabled,
      containersRunning: info.ContainersRunning,
      rootFolder: info.DockerRootDir,
      systemTime: info.SystemTime,
      warnings: info.Warnings,
      systemStatus: info.SystemStatus,
    };
  });

const versionAnswer = z
  .object({
    Version: z.string(),
    ApiVersion: z.string(),
    GoVersion: z.string().default(''),
    KernelVersion: z.string().default(''),
    Os: z.string().default('linux'),
    Components: z.array(z.object({ Name: z.string() })).nullish(),
  })
  .transform(
    (version): EngineVersion => ({
      version: version.Version,
      apiVersion: version.ApiVersion,
      goVersion: version.GoVersion,
      kernelVersion: version.KernelVersion,
      os: version.Os,
      components: (version.Components ?? []).map(({ Name }) => Name),
    }),
  );

/** Has fewer requirements than {@link infoAnswer}, to identify broken and unsupported engines too. */
const identityAnswer = z
  .object({
    ID: z.string(),
    Name: hostName.optional().catch(undefined),
    ClusterAdvertise: z.string().nullish(),
    Swarm: z.object({ NodeAddr: z.string().nullish() }).nullish(),
  })
  .transform(
    ({ ID, Name, ClusterAdvertise, Swarm }): EngineIdentity => ({
      id: ID,
      name: Name,
      advertised: Swarm?.NodeAddr || ClusterAdvertise?.replace(/:\d+$/, ''),
    }),
  );

/** Options of a request, with explanations of refusals by its caller. */
export interface ExplainedOptions extends CallOptions {
  readonly explain?: Explain;
}

/** Returns the result of `docker info`. */
export async function readInfo(
  connection: Connection,
  options: CallOptions = {},
): Promise<EngineInfo> {
  return await connection.call({
    ...options,
    title: 'info',
    readOnly: true,
    answer: infoAnswer,
    ask: (docker) => docker.info(),
    print: (info) => printInspection(info),
  });
}

/** Returns the fields of `docker info` that identify an engine. */
export async function readIdentity(
  connection: Connection,
  options: ExplainedOptions = {},
): Promise<EngineIdentity> {
  return await connection.call({
    ...options,
    title: 'info',
    readOnly: true,
    answer: identityAnswer,
    ask: (docker) => docker.info(),
  });
}

/** Returns the result of `docker version`. */
export async function readVersion(
  connection: Connection,
  options: ExplainedOptions = {},
): Promise<EngineVersion> {
  return await connection.call({
    ...options,
    title: 'version',
    readOnly: true,
    answer: versionAnswer,
    ask: (docker) => docker.version(),
    print: (version) => JSON.stringify(version, null, 2),
  });
}
