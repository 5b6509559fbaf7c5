import type { EngineHost } from './endpoints/endpoint.ts';
import { type CallOptions, openConnection } from './connection.ts';
import { type EngineEvent, followEvents, type FollowEventsOptions } from './events.ts';
import { type Configs, openConfigs } from './swarm/configs.ts';
import { type Containers, openContainers } from './containers/containers.ts';
import { type Images, openImages } from './images.ts';
import { type EngineInfo, type EngineVersion, readInfo, readVersion } from './info.ts';
import { type Networks, openNetworks } from './networks.ts';
import { type Nodes, openNodes } from './swarm/nodes.ts';
import { openSecrets, type Secrets } from './swarm/secrets.ts';
import { openServices, type Services } from './swarm/services.ts';
import { openSwarm, type Swarm } from './swarm/swarm.ts';

/** The client of one machine's Docker Engine. */
export interface Engine extends Disposable {
  readonly machine: EngineHost;
  info(options?: CallOptions): Promise<EngineInfo>;
  version(options?: CallOptions): Promise<EngineVersion>;
  /** Returns its events as they come, until the signal ends it. */
  followEvents(options: FollowEventsOptions): Promise<AsyncIterable<EngineEvent>>;
  readonly networks: Networks;
  readonly containers: Containers;
  readonly images: Images;
  readonly swarm: Swarm;
  readonly nodes: Nodes;
  readonly configs: Configs;
  readonly secrets: Secrets;
  readonly services: Services;
  /** Aborts all requests and closes all connections permanently. */
  close(): void;
}

/** Returns a client for a machine's engine. Opens no connection before the first call. */
export function connectEngine(machine: EngineHost): Engine {
  const connection = openConnection(machine);
  return {
    machine,
    info: async (options) => await readInfo(connection, options),
    version: async (options) => await readVersion(connection, options),
    followEvents: async (options) => await followEvents(connection, options),
    networks: openNetworks(connection),
    containers: openContainers(connection),
    images: openImages(connection),
    swarm: openSwarm(connection),
    nodes: openNodes(connection),
    configs: openConfigs(connection),
    secrets: openSecrets(connection),
    services: openServices(connection),
    close: () => connection.close(),
    [Symbol.dispose]: () => connection.close(),
  };
}
