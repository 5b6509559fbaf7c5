import { clusterKindOf, keystoreOf } from '../../cluster/cluster-plan.ts';
import type { TopologyDocument } from '../document.ts';
import type { Change } from '../reuse/change.ts';
import { findDescriptionChanges } from '../reuse/description-changes.ts';
import { expectedOptions } from '../reuse/running-differences.ts';
import {
  includesStage,
  machineOf,
  parseServiceNetwork,
  placesOf,
  servicesOf,
  type Topology,
} from '../topology.ts';
import type { ObservedEngine, ObservedMachine } from './observed-machine.ts';

/**
 * Plans the changes that turn a running topology into the requested one: those of the description, their consequences, and
 * objects that are missing or do not run. They are in the order of the plan's output; impossible ones come first.
 */
export function planConvergence(
  topology: Topology,
  document: TopologyDocument,
  observed: readonly ObservedMachine[],
): Change[] {
  const direct = [
    ...findUnfinished(topology, document),
    ...findDescriptionChanges(topology, document.stage, document),
    ...findChangedEngines(topology, document, observed),
  ];
  const machines = merge(direct.filter(({ kind }) => kind === 'machine'));
  const networks = merge([
    ...direct.filter(({ kind }) => kind === 'network'),
    ...findMissingNetworks(topology, document, observed),
  ]);
  const containers = findContainerChanges(
    topology,
    document,
    observed,
    merge(direct.filter(({ kind }) => kind === 'container')),
    [...machines, ...networks],
  );
  const services = findServiceChanges(
    topology,
    document,
    observed,
    merge(direct.filter(({ kind }) => kind === 'service')),
    networks,
  );
  const others = direct.filter(({ kind }) => ['cluster', 'config', 'secret'].includes(kind));
  const all = [...others, ...machines, ...networks, ...containers, ...services];
  return all.toSorted((one, other) => rank(one) - rank(other));
}

/** Removals come first, from the tasks to the machines; additions go the other way. */
const kinds: readonly Change['kind'][] = [
  'cluster',
  'machine',
  'network',
  'config',
  'secret',
  'container',
  'service',
];

function rank({ action, kind }: Change): number {
  const at = kinds.indexOf(kind);
  const size = kinds.length;
  if (action === 'impossible') return at;
  if (action === 'remove') return 2 * size - at;
  return (action === 'change' ? 3 * size : 4 * size) + at;
}

function weight({ action, inPlace }: Change): number {
  if (action === 'impossible') return 0;
  return inPlace === true ? 2 : 1;
}

/** Leaves one change of each object: an impossible one, or the replacement, before others. */
function merge(changes: readonly Change[]): Change[] {
  const sorted = changes.toSorted((one, other) => weight(one) - weight(other));
  return sorted.filter(
    (one, at) =>
      sorted.findIndex(({ kind, name }) => kind === one.kind && name === one.name) === at,
  );
}

/** A machine that an interrupted convergence has begun to create, and that the topology has no more. */
function findUnfinished({ machines }: Topology, document: TopologyDocument): Change[] {
  const known = [...document.machines, ...machines].map(({ name }) => name);
  return (document.unfinished ?? [])
    .filter((name) => !known.includes(name))
    .map((name) => ({ action: 'remove', kind: 'machine', name, reason: UNREADY }));
}

/** A machine whose engine has other options or labels is replaced, unless the cluster depends on it. */
function findChangedEngines(
  topology: Topology,
  document: TopologyDocument,
  observed: readonly ObservedMachine[],
): Change[] {
  return document.machines.flatMap(({ name }): Change[] => {
    const machine = observed.find((one) => one.machine.name === name)?.machine;
    if (machine === undefined || !topology.machines.some((one) => one.name === name)) return [];
    const wanted = machineOf(topology, name);
    const reasons = [
      compareLists(
        'engine options',
        machine.engineOptions,
        expectedOptions(topology, document, wanted),
      ),
      compareLists('engine labels', machine.engineLabels, wanted.engineLabels ?? []),
    ].filter((one) => one !== undefined);
    if (reasons.length === 0) return [];
    const reason = reasons.join(', and ');
    return isIrreplaceable(topology, name)
      ? [{ action: 'impossible', kind: 'machine', name, reason }]
      : [{ action: 'change', kind: 'machine', name, reason }];
  });
}

function compareLists(
  what: string,
  found: readonly string[],
  asked: readonly string[],
): string | undefined {
  const [was, is] = [found, asked].map((list) => list.toSorted().join(' '));
  return was === is ? undefined : `its ${what} are ${was || 'none'}, not ${is || 'none'}`;
}

/** Returns true for the machine with the key-value store, and for the only manager of a swarm. */
export function isIrreplaceable({ cluster }: Pick<Topology, 'cluster'>, machine: string): boolean {
  const kind = clusterKindOf(cluster);
  return machine === keystoreOf(cluster) || machine === kind.serviceManagerOf(cluster);
}

/** Finds recorded networks that no engine knows any more. */
function findMissingNetworks(
  topology: Topology,
  document: TopologyDocument,
  observed: readonly ObservedMachine[],
): Change[] {
  const known = new Set(
    enginesOf(observed).flatMap(({ networks }) => networks.map(({ id }) => id)),
  );
  return document.networks
    .filter(({ name, id }) => !known.has(id) && topology.networks.some((one) => one.name === name))
    .map(({ name }) => ({ action: 'change', kind: 'network', name, reason: MISSING }));
}

const MISSING = 'it is missing';
const UNREADY = 'it was not ready';

function findContainerChanges(
  topology: Topology,
  document: TopologyDocument,
  observed: readonly ObservedMachine[],
  direct: readonly Change[],
  causes: readonly Change[],
): Change[] {
  if (!includesStage(document.stage, 'workload')) return [];
  const kind = 'container';
  const changes = placesOf(topology).flatMap((place): Change[] => {
    const { container: name, machine: host, network } = place;
    const found = direct.find((one) => one.name === name);
    if (found !== undefined) return [found];
    const recorded = document.workload.find(({ container }) => container === name);
    const cause = findReplaced(causes, 'network', network) ?? findReplaced(causes, 'machine', host);
    if (cause !== undefined) {
      const reason = `its ${cause.kind} ${cause.name} is replaced`;
      return [{ action: 'change', kind, name, host, reason }];
    }
    const engine = engineOf(observed, host);
    const container = engine?.containers.find(({ id }) => id === recorded?.id);
    if (engine === undefined) return [];
    if (container?.isRunning === true && recorded?.address !== '') return [];
    const reason =
      container === undefined ? MISSING : container.isRunning ? UNREADY : 'it does not run';
    return [{ action: 'change', kind, name, host, reason }];
  });
  const removals = direct.filter(({ action }) => action === 'remove');
  return [...removals, ...withWholeCarService(topology, document, changes)];
}

/** The two containers of the car service are replaced together. */
function withWholeCarService(
  topology: Topology,
  document: TopologyDocument,
  changes: readonly Change[],
): Change[] {
  const car = placesOf({ ...topology, containers: [] });
  const isCar = ({ name }: Pick<Change, 'name'>) => car.some(({ container }) => container === name);
  if (!changes.some(isCar)) return [...changes];
  return car
    .map(({ container: name, machine: host }): Change => {
      const action = document.workload.some(({ container }) => container === name)
        ? 'change'
        : 'add';
      const reason = 'the car service is replaced as a whole';
      return (
        changes.find((one) => one.name === name) ?? {
          action,
          kind: 'container',
          name,
          host,
          reason,
        }
      );
    })
    .concat(changes.filter((one) => !isCar(one)));
}

function findServiceChanges(
  topology: Topology,
  document: TopologyDocument,
  observed: readonly ObservedMachine[],
  direct: readonly Change[],
  causes: readonly Change[],
): Change[] {
  if (!includesStage(document.stage, 'workload')) return [];
  const known = enginesOf(observed).flatMap(({ services = [] }) => services.map(({ id }) => id));
  const changes = servicesOf(topology).flatMap(({ service: name }): Change[] => {
    const found = direct.find((one) => one.name === name);
    if (found !== undefined) return [found];
    const { networks = [] } = topology.services?.find((one) => one.name === name) ?? {};
    const used = networks.map((one) => parseServiceNetwork(one).name);
    const cause = causes.find(
      (one) => used.includes(one.name) && findReplaced([one], 'network', one.name),
    );
    const { id = '', unready } = document.services?.find(({ service }) => service === name) ?? {};
    const isKnown = known.includes(id);
    if (cause === undefined && isKnown && unready !== true) return [];
    const reason =
      cause !== undefined ? `its network ${cause.name} is replaced` : isKnown ? UNREADY : MISSING;
    return [{ action: 'change', kind: 'service', name, reason }];
  });
  return [...direct.filter(({ action }) => action === 'remove'), ...changes];
}

function findReplaced(
  causes: readonly Change[],
  wanted: Change['kind'],
  name: string,
): Change | undefined {
  return causes.find((one) => one.kind === wanted && one.name === name && isReplacement(one));
}

/** Returns true if the object is removed and created again. */
export function isReplacement({ action, inPlace }: Change): boolean {
  return action === 'change' && inPlace !== true;
}

/** Returns the engines that answered. */
export function enginesOf(observed: readonly ObservedMachine[]): ObservedEngine[] {
  return observed.flatMap(({ engine }) => ('failure' in engine ? [] : engine));
}

/** Returns the engine of a machine, if it answered. */
export function engineOf(
  observed: readonly ObservedMachine[],
  name: string,
): ObservedEngine | undefined {
  return enginesOf(observed.filter(({ machine }) => machine.name === name))[0];
}
