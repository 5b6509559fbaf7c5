import { clusterKindOf } from '../../cluster/cluster-plan.ts';
import { overlap, parseAddress, parseSubnet } from '../../process/address-range.ts';
import type { ErrorCode } from '../../process/errors/error-codes.ts';
import type { TopologyDocument } from '../document.ts';
import type { Change } from '../reuse/change.ts';
import type { Topology } from '../topology.ts';
import type { ObservedContainer, ObservedMachine } from './observed-machine.ts';
import { engineOf, enginesOf, isIrreplaceable, isReplacement } from './plan-convergence.ts';

/** A reason not to start a convergence. */
export interface Refusal {
  readonly code: ErrorCode;
  readonly observed: string;
  readonly hint: string;
}

/**
 * Finds the reasons not to begin with a plan: changes that cannot be made while the topology runs, machines that do not
 * answer, and objects of the user that a change would touch. Nothing is removed unless its ID is the recorded one.
 */
export function findRefusals(
  topology: Topology,
  document: TopologyDocument,
  observed: readonly ObservedMachine[],
  changes: readonly Change[],
): Refusal[] {
  const facts = { topology, document, observed, changes };
  return [
    ...refuseImpossible(facts),
    ...refuseOldDocument(facts),
    ...refuseMachines(facts),
    ...refuseTakenNames(facts),
    ...refuseForeignUsers(facts),
    ...refuseTakenRanges(facts),
    ...refuseRemembered(facts),
  ];
}

interface Facts {
  readonly topology: Topology;
  readonly document: TopologyDocument;
  readonly observed: readonly ObservedMachine[];
  readonly changes: readonly Change[];
}

const DOWN_FIRST = 'tear it down with "overlay-e2e down" and bring it up again';

function refuseImpossible({ topology, changes }: Facts): Refusal[] {
  const { cluster } = topology;
  return [
    ...changes
      .filter(({ action }) => action === 'impossible')
      .map(({ kind, name, reason }) => ({
        code: 'topology-differs' as const,
        observed: kind === 'cluster' ? reason : `${kind} ${name}: ${reason}`,
        hint:
          kind === 'machine' && !isIrreplaceable(topology, name)
            ? `remove ${name} from the topology, run it with --converge, and add it again`
            : DOWN_FIRST,
      })),
    ...changes
      .filter((one) => touchesMachine(one) && one.action !== 'impossible')
      .filter(({ name }) => isIrreplaceable(topology, name) || cluster.kind === 'classic-swarm')
      .map(({ action, name }) => ({
        code: 'topology-differs' as const,
        observed: `machine ${name}: a running ${cluster.kind} cluster cannot ${action} it`,
        hint: DOWN_FIRST,
      })),
  ];
}

/** Returns true if a machine is added, removed or replaced. */
function touchesMachine({ kind, inPlace }: Change): boolean {
  return kind === 'machine' && inPlace !== true;
}

function refuseOldDocument({ document }: Facts): Refusal[] {
  const nameless = document.workload.filter(({ id }) => id === undefined);
  if (nameless.length === 0) return [];
  const names = nameless.map(({ container }) => container).join(', ');
  return [
    {
      code: 'state-unreadable',
      observed: `an earlier version brought it up, and recorded no IDs of its containers (${names})`,
      hint: DOWN_FIRST,
    },
  ];
}

function refuseMachines({ document, observed, changes }: Facts): Refusal[] {
  const { unfinished = [] } = document;
  const removed = changes
    .filter(({ kind, action }) => kind === 'machine' && action === 'remove')
    .map(({ name }) => name);
  return [
    ...document.machines.flatMap(({ name, address }): Refusal[] => {
      const found = observed.find(({ machine }) => machine.name === name);
      if (found === undefined) {
        if (removed.includes(name)) return [];
        const hint = `remove ${name} from the topology, run it with --converge, and add it again`;
        return [{ code: 'machine-unknown', observed: `machine ${name} is missing`, hint }];
      }
      if ('failure' in found.engine) {
        const hint = `start ${name}, or its engine, first`;
        const said = `${name} does not answer: ${found.engine.failure}`;
        return [{ code: 'machine-not-running', observed: said, hint }];
      }
      if (found.machine.address === address) return [];
      const said = `${name} has the address ${found.machine.address}, but was created with ${address}`;
      return [{ code: 'topology-differs', observed: said, hint: DOWN_FIRST }];
    }),
    ...changes
      .filter(({ kind, action }) => kind === 'machine' && action === 'add')
      .filter(
        ({ name }) =>
          !unfinished.includes(name) && observed.some(({ machine }) => machine.name === name),
      )
      .map(
        ({ name }): Refusal => ({
          code: 'name-taken',
          observed: `a machine ${name} exists that is not from this topology`,
          hint: 'remove it, or choose another name',
        }),
      ),
  ];
}

/** Objects that are added need a free name. An object with the recorded ID is removed before. */
function refuseTakenNames({ topology, document, observed, changes }: Facts): Refusal[] {
  const created = changes.filter(({ action }) => action === 'add' || action === 'change');
  const of = (kind: Change['kind']) =>
    created.filter((one) => one.kind === kind && one.inPlace !== true);
  const networks = of('network').flatMap(({ name }) => {
    const own = document.networks.find((one) => one.name === name)?.id;
    const holder = observed.find(
      ({ engine }) =>
        !('failure' in engine) &&
        engine.networks.some((one) => one.name === name && one.id !== own),
    );
    if (holder === undefined) return [];
    const host = holder.machine.name;
    return [taken(`a network ${name} exists on ${host}`, `docker network rm ${name}`, host)];
  });
  const containers = of('container').flatMap(({ name, host = '' }) => {
    const own = document.workload.find(({ container }) => container === name)?.id;
    const holder = engineOf(observed, host)?.containers.find((one) => one.name === name);
    if (holder === undefined || holder.id === own) return [];
    return [taken(`a container ${name} exists on ${host}`, `docker rm -f ${name}`, host)];
  });
  const services = of('service').flatMap(({ name }) => {
    const own = document.services?.find(({ service }) => service === name)?.id;
    const all = enginesOf(observed).flatMap((one) => one.services ?? []);
    const holder = all.find((one) => one.name === name && one.id !== own);
    if (holder === undefined) return [];
    const manager = clusterKindOf(topology.cluster).serviceManagerOf(topology.cluster) ?? '';
    return [taken(`a service ${name} exists`, `docker service rm ${name}`, manager)];
  });
  return [...networks, ...containers, ...services];
}

function taken(observed: string, command: string, host: string): Refusal {
  return {
    code: 'name-taken',
    observed: `${observed} that is not from this topology`,
    hint: `remove it on ${host} (${command}), or choose another name`,
  };
}

/** Refuses to remove networks and machines that containers or services of the user are on. */
function refuseForeignUsers({ topology, document, observed, changes }: Facts): Refusal[] {
  const gone = changes.filter((one) => one.action === 'remove' || isReplacement(one));
  const ownServices = new Set((document.services ?? []).map(({ id }) => id));
  const ownContainers = new Set(document.workload.map(({ id }) => id));
  const { cluster } = topology;
  const isForeign = ({ id, name, service }: ObservedContainer, host: string) =>
    service === undefined
      ? !ownContainers.has(id) &&
        !clusterKindOf(cluster).ownContainersOn(cluster, host).includes(name)
      : !ownServices.has(service);
  const foreign = observed.flatMap(({ machine, engine }) =>
    'failure' in engine
      ? []
      : engine.containers
          .filter((one) => isForeign(one, machine.name))
          .map((one) => ({ ...one, host: machine.name })),
  );
  const others = enginesOf(observed)
    .flatMap((one) => one.services ?? [])
    .filter(({ id }) => !ownServices.has(id));
  const networks = gone.filter(({ kind }) => kind === 'network');
  const machines = gone.filter(({ kind }) => kind === 'machine');
  return [
    ...networks.flatMap(({ name, action }) => {
      const { id = '' } = document.networks.find((one) => one.name === name) ?? {};
      const isOn = (one: { readonly networks: readonly string[] }) =>
        one.networks.includes(id) || one.networks.includes(name);
      const users = [
        ...foreign.filter(isOn).map((one) => `container ${one.name} on ${one.host}`),
        ...others.filter(isOn).map((one) => `service ${one.name}`),
      ];
      return refuseUsers(`network ${name}`, action, users, 'network-has-containers');
    }),
    ...machines.flatMap(({ name, action }) => {
      const users = foreign
        .filter(({ host }) => host === name)
        .map((one) => `container ${one.name}`);
      return refuseUsers(`machine ${name}`, action, users, 'topology-differs');
    }),
  ];
}

function refuseUsers(
  object: string,
  action: Change['action'],
  users: readonly string[],
  code: ErrorCode,
): Refusal[] {
  if (users.length === 0) return [];
  const does = action === 'remove' ? 'remove' : 'replace';
  return [
    {
      code,
      observed: `cannot ${does} ${object}, which has ${users.join(', ')} that are not from this topology`,
      hint: 'remove or disconnect these first',
    },
  ];
}

/** A new network needs a range that no other overlay network has. */
function refuseTakenRanges({ topology, document, observed, changes }: Facts): Refusal[] {
  const ofNetworks = changes.filter(({ kind }) => kind === 'network');
  const gone = document.networks.filter(({ name }) =>
    ofNetworks.some((one) => one.name === name && one.action !== 'add'),
  );
  const others = enginesOf(observed)
    .flatMap(({ networks }) => networks)
    .filter(({ id, isLocal }) => !isLocal && !gone.some((one) => one.id === id));
  return ofNetworks
    .filter(({ action }) => action === 'add' || action === 'change')
    .flatMap(({ name }): Refusal[] => {
      const { subnet = '' } = topology.networks.find((one) => one.name === name) ?? {};
      const range = parseSubnet(subnet);
      const holder = others.find(({ subnets }) =>
        subnets.some((one) => {
          const other = parseSubnet(one);
          return range !== undefined && other !== undefined && overlap(range, other);
        }),
      );
      const machine = document.machines.find(({ address }) => {
        const own = parseAddress(address);
        return (
          range !== undefined && own !== undefined && overlap(range, { first: own, prefix: 32 })
        );
      });
      const obstacle =
        machine !== undefined
          ? `contains the address of machine ${machine.name}`
          : holder === undefined || holder.name === name
            ? undefined
            : `overlaps that of network ${holder.name}`;
      if (obstacle === undefined) return [];
      return [
        {
          code: 'range-in-use',
          observed: `the subnet ${subnet} of network ${name} ${obstacle}`,
          hint: 'choose another subnet',
        },
      ];
    });
}

/**
 * Refuses to remove a container that the engine of a later machine would not forget. That engine would miss entries for the
 * next container with the same address. A new network has no such memory.
 */
function refuseRemembered({ document, changes }: Facts): Refusal[] {
  const isGone = (kind: Change['kind'], name: string) =>
    changes.some(
      (one) =>
        one.kind === kind && one.name === name && (one.action === 'remove' || isReplacement(one)),
    );
  const late = document.machines.flatMap(({ name, late: memory }) =>
    memory === undefined || isGone('machine', name) ? [] : { name, ...memory },
  );
  return document.workload
    .filter(
      ({ container, network }) => isGone('container', container) && !isGone('network', network),
    )
    .flatMap(({ container, id = '', network }): Refusal[] => {
      const machine = late.find(
        ({ containers, networks }) => containers.includes(id) && networks.includes(network),
      );
      if (machine === undefined) return [];
      return [
        {
          code: 'topology-differs',
          observed: `container ${container} is older than machine ${machine.name}, whose engine would not forget it`,
          hint: `remove ${machine.name} from the topology too, run it with --converge, and add it again`,
        },
      ];
    });
}
