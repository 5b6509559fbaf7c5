import { engineOptionsFor } from '../../cluster/key-value/stores/key-value-store.ts';
import { openKeyValueStore } from '../../cluster/key-value/stores/open-store.ts';
import type { EngineInfo } from '../../docker/info.ts';
import type { Machine } from '../../machine/machine.ts';
import { clusterKindOf, keystoreOf, storeOf } from '../../cluster/cluster-plan.ts';
import { describeDifference } from './change.ts';
import { findDescriptionChanges } from './description-changes.ts';
import type { TopologyDocument } from '../document.ts';
import { includesStage, type Stage, type Topology, type TopologyMachine } from '../topology.ts';

/** A running machine and its engine's data. */
export interface RunningMachine {
  readonly machine: Machine;
  /** The data of the engine over TLS, or the error if it did not answer. */
  readonly engine: RunningEngine | { readonly failure: string };
}

export interface RunningEngine {
  readonly hostname: string;
  readonly version: string;
  readonly labels: readonly string[];
  readonly clusterStore: string | undefined;
  readonly swarm: EngineInfo['swarm'];
  /** The IDs of the networks by name. */
  readonly networks: ReadonlyMap<string, string>;
  readonly running: readonly string[];
  /** The IDs of the services by name, if the engine is a manager. */
  readonly services?: ReadonlyMap<string, string> | undefined;
  /** The time when the first of the certificates of the engine and its clients expires. */
  readonly certificatesEnd: Date;
}

/** The validity that a run needs of a certificate. */
const shortestValidity = 24 * 60 * 60 * 1000;

/**
 * Returns the differences between the running machines and the topology, each as a short text that names the machine.
 * Empty if the machines can be used.
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
      : [`it only reaches the stage ${document.stage}`]),
    // Running machines are compared below.
    ...findDescriptionChanges(topology, until, document)
      .filter(({ kind, inPlace }) => kind !== 'machine' || inPlace)
      .map(describeDifference),
    ...missing.map((name) => `no machine ${name}`),
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
  if (noted === undefined || asked === undefined) return ['is not in the document of the topology'];
  if (machine.address !== noted.address) {
    return [`has the address ${machine.address}, but was created with ${noted.address}`];
  }
  const options = expectedOptions(topology, document, asked);
  const labels = asked.engineLabels ?? [];
  return [
    ...(noted.engineBundle === asked.engineBundle
      ? []
      : [
          `was created with engine ${noted.engineBundle ?? noted.engineVersion}, but the topology requires ${asked.engineBundle}`,
        ]),
    ...(noted.kernel === asked.kernel
      ? []
      : [
          asked.kernel === 'own'
            ? 'was created without its own kernel'
            : 'was created with its own kernel',
        ]),
    ...unlike('engine options', machine.engineOptions, options),
    ...unlike('engine labels', machine.engineLabels, labels),
    ...('failure' in engine
      ? [`does not answer: ${engine.failure}`]
      : engineDifferences(document, noted, { labels, options }, engine, now)),
  ];
}

/** Returns the options that a machine's engine must have, with those of its cluster. */
export function expectedOptions(
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
  const kind = clusterKindOf(document.cluster);
  // A worker of a swarm may have no container on a network.
  const isInformed =
    !kind.networksFollowContainers || kind.serviceManagerOf(document.cluster) === noted.name;
  const networks = member && isInformed ? document.networks : [];
  const swarm = kind.swarmState;
  const workload = document.workload.filter(({ machine }) => machine === noted.name);
  const containers = [
    ...(member ? kind.ownContainersOn(document.cluster, noted.name) : []),
    ...workload.map(({ container }) => container),
  ];
  return [
    ...(engine.hostname === noted.name ? [] : [`has the hostname ${engine.hostname}`]),
    ...(engine.version === noted.engineVersion
      ? []
      : [`has engine ${engine.version}, but was created with ${noted.engineVersion}`]),
    ...lacking.map((label) => `runs its engine without the label ${label}`),
    ...(engine.clusterStore === store?.slice('cluster-store='.length)
      ? []
      : [`runs its engine with the key-value store ${engine.clusterStore ?? '(none)'}`]),
    ...(engine.swarm === swarm ? [] : [`has an engine whose swarm mode is ${engine.swarm}`]),
    ...(engine.certificatesEnd.getTime() - now.getTime() > shortestValidity
      ? []
      : [`has a certificate that expires on ${engine.certificatesEnd.toISOString()}`]),
    ...networks
      .filter(({ name, id }) => engine.networks.get(name) !== id)
      .map(({ name }) => `does not know the network ${name} with its original ID`),
    ...containers
      .filter((container) => !engine.running.includes(container))
      .map((container) => `does not run ${container}`),
    ...(kind.serviceManagerOf(document.cluster) === noted.name ? (document.services ?? []) : [])
      .filter(({ service, id }) => engine.services?.get(service) !== id)
      .map(({ service }) => `does not know the service ${service} with its original ID`),
  ];
}

function unlike(what: string, found: readonly string[], asked: readonly string[]): string[] {
  if (inOrder(found) === inOrder(asked)) return [];
  return [
    `has the ${what} ${inOrder(found) || 'none'}, but the topology requires ${inOrder(asked) || 'none'}`,
  ];
}

function inOrder(list: readonly string[]): string {
  return list.toSorted().join(' ');
}
