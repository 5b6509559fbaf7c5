import type { HostView, Observation } from '../../../helpers/check/model/observation.ts';
import type { EngineView } from '../../../helpers/check/model/engine-view.ts';
import { withValue, type Value, withoutValue } from '../../../helpers/check/model/observed.ts';
import type { EngineInfo } from '../../../helpers/docker/info.ts';
import type { NetworkFacts } from '../../../helpers/docker/networks.ts';

/** An observation of which only that was seen: for specs of what is made of it. */
export function observationOf(parts: Partial<Observation>): Observation {
  const nothing = withoutValue('not looked at', 'not-requested');
  return {
    target: 'a cluster',
    kind: 'unknown',
    isComplete: true,
    expectations: {},
    hosts: [],
    store: nothing,
    swarm: nothing,
    names: nothing,
    paths: nothing,
    application: nothing,
    leftovers: [],
    ...parts,
  };
}

/** A host of which only that was seen. */
export function hostOf(name: string, parts: Partial<HostView> = {}): HostView {
  const nothing = withoutValue('not looked at', 'not-requested');
  return {
    name,
    address: undefined,
    engine: nothing,
    pulse: 'answers',
    reach: nothing,
    gossip: nothing,
    kernel: nothing,
    ...parts,
  };
}

/** What an engine says that has nothing, beside that. */
export function engineOf({
  info,
  ...parts
}: Partial<Omit<EngineView, 'info'>> & { info?: Partial<EngineInfo> } = {}): Value<EngineView> {
  return withValue({
    info: {
      id: 'ABCD',
      name: 'host',
      serverVersion: '20.10.5',
      kernelVersion: '6.1',
      operatingSystem: 'Debian',
      architecture: 'x86_64',
      storageDriver: 'overlay2',
      labels: [],
      clusterStore: undefined,
      clusterAdvertise: undefined,
      swarm: 'inactive',
      swarmNode: undefined,
      containersRunning: 0,
      systemTime: '2026-11-27T18:30:00Z',
      warnings: [],
      systemStatus: [],
      ...info,
    },
    networks: [],
    containers: [],
    ...parts,
  });
}

/** An overlay of a key-value cluster, as an engine has it. */
export function overlayOf(
  name: string,
  id: string,
  subnet: string,
  parts: Partial<NetworkFacts> = {},
): NetworkFacts {
  return {
    name,
    id,
    subnet,
    driver: 'overlay',
    scope: 'global',
    subnets: [subnet],
    gateway: undefined,
    attachable: false,
    internal: false,
    ingress: false,
    options: {},
    labels: {},
    containers: [],
    tasks: [],
    peers: [],
    raw: {},
    ...parts,
  };
}
