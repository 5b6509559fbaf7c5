import { engineOptionsFor } from '../../cluster/key-value/key-value-store.ts';
import { openKeyValueStore } from '../../cluster/key-value/open-store.ts';
import type { EngineInfo } from '../../docker/info.ts';
import type { Machine } from '../../machine/machine.ts';
import { clusterKindOf, keystoreOf, storeOf } from '../../cluster/cluster-plan.ts';
import { findDescriptionChanges } from './description-changes.ts';
import type { TopologyDocument } from '../document.ts';
import { includesStage, type Stage, type Topology, type TopologyMachine } from '../topology.ts';

/** A kept machine as it is now, and what its engine says. */
export interface RunningMachine {
  readonly machine: Machine;
  /** What asking the engine over TLS gave; a failure in words when it did not answer so. */
  readonly engine: RunningEngine | { readonly failure: string };
}

export interface RunningEngine {
  readonly hostname: string;
  readonly version: string;
  readonly labels: readonly string[];
  readonly clusterStore: string | undefined;
  readonly swarm: EngineInfo['swarm'];
  /** Ids of the networks by name. */
  readonly networks: ReadonlyMap<string, string>;
  readonly running: readonly string[];
  /** When the first of the certificates ends that its users show or are shown. */
  readonly certificatesEnd: Date;
}

/** What a run that takes over needs of a certificate: that it does not end meanwhile. */
const shortestValidity = 24 * 60 * 60 * 1000;

/**
 * In what the kept machines are not what the topology asks for, each difference in a few words that name the machine.
 * Empty when nothing speaks against using them.
 */
export function findRunningDifferences(
  topology: Topology,
  until: Stage,
  document: TopologyDocument,
  kept: readonly RunningMachine[],
  now: Date = new Date(),
): string[] {
  if (document.topology !== topology.name) {
    return [`it is the topology ${document.topology}, not ${topology.name}`];
  }
  const names = kept.map(({ machine }) => machine.name);
  const wanted = expectedNames(topology, until);
  const missing = wanted.filter((name) => !names.includes(name));
  const foreign = names.filter((name) => !topology.machines.some((one) => one.name === name));
  return [
    ...(includesStage(document.stage, until)
      ? []
      : [`it goes up to the stage ${document.stage} only`]),
    ...findDescriptionChanges(topology, until, document),
    ...missing.map((name) => `there is no ${name}`),
    ...foreign.map((name) => `${name} is not in the topology`),
    ...kept
      .filter(({ machine }) => wanted.includes(machine.name))
      .flatMap((one) =>
        differencesOf(topology, document, one, now).map((text) => `${one.machine.name} ${text}`),
      ),
  ];
}

function expectedNames(topology: Topology, until: Stage): string[] {
  const keystore = keystoreOf(topology.cluster);
  return includesStage(until, 'cluster') || keystore === undefined
    ? topology.machines.map(({ name }) => name)
    : [keystore];
}

function differencesOf(
  topology: Topology,
  document: TopologyDocument,
  { machine, engine }: RunningMachine,
  now: Date,
): string[] {
  if (machine.state !== 'Running') return [`is ${machine.state}`];
  const noted = document.machines.find(({ name }) => name === machine.name);
  const asked = topology.machines.find(({ name }) => name === machine.name);
  if (noted === undefined || asked === undefined) return ['was not noted when it was made'];
  if (machine.address !== noted.address) {
    return [`has the address ${machine.address}, and was made at ${noted.address}`];
  }
  const options = expectedOptions(topology, document, asked);
  const labels = asked.engineLabels ?? [];
  return [
    ...(noted.engineBundle === asked.engineBundle
      ? []
      : [
          `was made with engine ${noted.engineBundle ?? noted.engineVersion}, and is to have ${asked.engineBundle}`,
        ]),
    ...unlike('engine options', machine.engineOptions, options),
    ...unlike('engine labels', machine.engineLabels, labels),
    ...('failure' in engine
      ? [`gives no access to its engine: ${engine.failure}`]
      : engineDifferences(document, noted, { labels, options }, engine, now)),
  ];
}

function expectedOptions(
  { cluster }: Topology,
  document: TopologyDocument,
  { name, engineOptions = [] }: TopologyMachine,
): string[] {
  const store = storeOf(cluster);
  if (store === undefined || store.machine === name) return [...engineOptions];
  const address = document.machines.find((one) => one.name === store.machine)?.address ?? '';
  const { url } = openKeyValueStore(store.kind, address);
  return [...engineOptionsFor({ url }, store.advertise), ...engineOptions];
}

function engineDifferences(
  document: TopologyDocument,
  noted: { name: string; engineVersion: string },
  asked: { labels: readonly string[]; options: readonly string[] },
  engine: RunningEngine,
  now: Date,
): string[] {
  const store = asked.options.find((option) => option.startsWith('cluster-store='));
  const lacking = asked.labels.filter((label) => !engine.labels.includes(label));
  const member = keystoreOf(document.cluster) !== noted.name;
  const networks = member ? document.networks : [];
  const kind = clusterKindOf(document.cluster);
  const swarm = kind.swarmState;
  const workload = document.workload.filter(({ machine }) => machine === noted.name);
  const containers = [
    ...(member ? kind.ownContainersOn(document.cluster, noted.name) : []),
    ...workload.map(({ container }) => container),
  ];
  return [
    ...(engine.hostname === noted.name ? [] : [`calls itself ${engine.hostname}`]),
    ...(engine.version === noted.engineVersion
      ? []
      : [`has engine ${engine.version}, and was made with ${noted.engineVersion}`]),
    ...lacking.map((label) => `runs its engine without the label ${label}`),
    ...(engine.clusterStore === store?.slice('cluster-store='.length)
      ? []
      : [`runs its engine with the store ${engine.clusterStore ?? '(none)'}`]),
    ...(engine.swarm === swarm ? [] : [`has an engine that is ${engine.swarm} in swarm mode`]),
    ...(engine.certificatesEnd.getTime() - now.getTime() > shortestValidity
      ? []
      : [`has a certificate that ends on ${engine.certificatesEnd.toISOString()}`]),
    ...networks
      .filter(({ name, id }) => engine.networks.get(name) !== id)
      .map(({ name }) => `does not know the network ${name} by the id that it was made with`),
    ...containers
      .filter((container) => !engine.running.includes(container))
      .map((container) => `does not run ${container}`),
  ];
}

function unlike(what: string, found: readonly string[], asked: readonly string[]): string[] {
  if (inOrder(found) === inOrder(asked)) return [];
  return [
    `has the ${what} ${inOrder(found) || 'none'}, and is to have ${inOrder(asked) || 'none'}`,
  ];
}

function inOrder(list: readonly string[]): string {
  return list.toSorted().join(' ');
}
