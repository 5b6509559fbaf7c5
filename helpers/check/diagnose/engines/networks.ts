import { isIPv4 } from 'node:net';
import { answeringHosts } from '../../compare/engines/answering-hosts.ts';
import { takenRanges } from '../../compare/engines/subnets.ts';
import { overlayOn } from '../../derive/kernel/expected-tables.ts';
import { hostNamed } from '../../derive/find-host.ts';
import { findFreeRange } from '../../derive/ranges.ts';
import type { Command } from '../../model/command.ts';
import type { Action } from '../../model/diagnosis.ts';
import { type Difference, ofKind } from '../../model/difference.ts';
import type { Observation } from '../../model/observation.ts';
import { valueOf } from '../../model/observed.ts';
import { isAt, symptomKinds } from '../consequences.ts';
import { deviceFor, entryAction } from '../kernel/entry-fix.ts';
import { ruleFor, ruleForGroups } from '../rule.ts';
import { traitsOf } from '../../model/cluster-traits.ts';

/** A network that a host, or the whole cluster, does not have. */
export const networkMissing = ruleFor('network-missing', 'network-missing', {
  consequences: symptomsOfNetwork,
  action: ({ where: { host, network } }, observation) =>
    host === undefined ? createNetwork(network, observation) : readAgain(host, observation),
});

/** A name that means different networks on different hosts, or a network with unexpected properties. */
export const networkDiffers = ruleFor('network-mismatch', 'network-differs', {
  consequences: symptomsOfNetwork,
  action: inspectNetwork,
});

/**
 * A kernel with a different overlay device than the others: missing, down, or with another VNI or port. Its packets then
 * belong to another network.
 */
export const vxlanDiffers = ruleFor('vxlan-mismatch', 'network-differs', {
  name: 'vxlan-differs',
  consequences: ({ where }, open) => open.filter((one) => isOfDevice(one, where)),
  action: restoreDevice,
});

/** Packets that pass from one overlay network to another: one finding for each pair of networks. */
export const isolationBroken = ruleForGroups(
  'networks-joined',
  'isolation-broken',
  (one) => JSON.stringify(joinedNetworks(one)),
  ([first], open) => {
    const networks = joinedNetworks(first);
    return {
      where: first.where,
      summary: `packets pass between the unrelated networks ${networks.join(' and ')}`,
      consequences: open.filter((one) => leadsInto(one, first, networks)),
      action: {
        kind: 'next-step',
        host: first.where.host,
        commands: [['docker', 'network', 'inspect', ...networks]],
        effect: 'Shows what the two networks have in common. Remove the connection.',
      },
    };
  },
);

/**
 * An overlay with addresses that have another meaning on a host. Its containers cannot reach those addresses, and packets
 * from there do not return.
 */
export const subnetOverlap = ruleForGroups(
  'subnets-overlap',
  'subnet-overlap',
  ({ where }) => where.network ?? '',
  (evidence, open, observation) => {
    const [{ where, text }] = evidence;
    const { network = '' } = where;
    const isOnOneHost = evidence.every((one) => one.where.host === where.host);
    const free = freeRangeOf(observation) ?? 'and an unused range';
    return {
      where: { host: isOnOneHost ? where.host : undefined, network },
      summary: evidence.length > 1 ? `${text}, and ${evidence.length - 1} more` : text,
      consequences: open.filter(
        (one) => one.kind === 'container-path-dead' && one.where.network === network,
      ),
      action: deleteRoutes(evidence) ?? {
        kind: 'next-step',
        commands: [],
        effect: `Create ${network} again with --subnet ${free}, in addition to its other options: disconnect its containers, "docker network rm", "docker network create", connect them again.`,
      },
    };
  },
);

/** Deletes routes of one host that a user or a program has added, if nothing else overlaps. */
function deleteRoutes(evidence: readonly Difference<'subnets-overlap'>[]): Action | undefined {
  const commands = evidence.flatMap(({ observed: { undo } }) => (undo === undefined ? [] : [undo]));
  const hosts = new Set(evidence.map(({ where }) => where.host));
  const [host] = hosts;
  if (host === undefined || hosts.size > 1 || commands.length < evidence.length) return undefined;
  return {
    kind: 'fix',
    host,
    commands,
    effect:
      'Deletes the route until something adds it again: an administrator, a VPN client, DHCP or a routing daemon. If the other network needs the route, create the overlay again with another subnet instead.',
  };
}

/** Symptoms of a network that a host, or all hosts, lack or have with other properties. */
function symptomsOfNetwork(
  { where: { host, network } }: Difference,
  open: readonly Difference[],
): Difference[] {
  return open.filter(
    (one) =>
      (symptomKinds.has(one.kind) || one.kind === 'container-elsewhere') &&
      one.where.network === network &&
      (host === undefined || isAt(one, host)),
  );
}

function createNetwork(name = '', observation: Observation): Action {
  const { expectations, swarm } = observation;
  const subnet = expectations.networks?.find((one) => one.name === name)?.subnet;
  const words = [
    ...traitsOf(observation).networkOptions,
    ...(subnet === undefined ? [] : [`--subnet=${subnet}`]),
    name,
  ];
  return {
    kind: 'fix',
    host: valueOf(swarm)?.manager ?? answeringHosts(observation)[0]?.host.name,
    commands: [['docker', 'network', 'create', '--driver', 'overlay', ...words]],
    effect: 'Creates the network. The other hosts learn about it automatically.',
  };
}

function readAgain(host: string, observation: Observation): Action {
  return {
    kind: 'fix',
    host,
    commands: [['systemctl', 'restart', 'docker']],
    effect: traitsOf(observation).restartEffect,
  };
}

function inspectNetwork({ where, observed }: Difference<'network-mismatch'>): Action {
  const { host, network = '' } = where;
  if ('scope' in observed && observed.scope === 'local') {
    return {
      kind: 'fix',
      host,
      commands: [['docker', 'network', 'rm', observed.id.slice(0, 12)]],
      effect: `Deletes the local network on this host that is also named ${network}. Disconnect its containers first.`,
    };
  }
  return {
    kind: 'next-step',
    host,
    commands: [['docker', 'network', 'inspect', network]],
    effect:
      'Shows which containers use the network. If none does, create it again with docker network rm and docker network create.',
  };
}

/**
 * Returns true if a difference is a symptom of a wrong device. The neighbor entries of a device are lost when it goes down.
 */
function isOfDevice({ kind, where }: Difference, { host, network }: Difference['where']): boolean {
  if (kind === 'application-fails' || kind === 'application-without-database') return true;
  if (where.network !== network) return false;
  return kind === 'container-path-dead' || kind === 'tunnel-dead'
    ? where.host === host || where.peer === host
    : where.host === host && (kind === 'neighbour-missing' || kind === 'forwarding-missing');
}

function restoreDevice(
  { where, observed }: Difference<'vxlan-mismatch'>,
  observation: Observation,
  open: readonly Difference[],
): Action {
  const { host = '', network = '' } = where;
  const { networkId, tables } = overlayOn(hostNamed(observation, host), network);
  const [device] = Object.entries(observed ?? {}).find(([, state]) => state === 'down') ?? [];
  if (device !== undefined && tables !== undefined) {
    // A kernel deletes all neighbor entries of a device that goes down.
    const lost = ofKind(open, 'neighbour-missing').filter(
      (one) => one.where.host === host && one.where.network === network,
    );
    const entries = lost.map(({ expected: { address, mac } }): Command => {
      const on = deviceFor(tables, address);
      return ['ip', 'neigh', 'replace', address, 'lladdr', mac, 'dev', on, 'nud', 'permanent'];
    });
    const also = entries.length === 0 ? '' : ' and restores the MAC addresses that it lost';
    const effect = `Sets ${device} up again${also}.`;
    const up: Command = ['ip', 'link', 'set', device, 'up'];
    return entryAction(host, networkId, tables, [up, ...entries], effect);
  }
  return {
    kind: 'fix',
    host,
    commands: [['systemctl', 'restart', 'docker']],
    effect:
      'Restarts the engine, which then creates its overlay devices again. Containers stop unless they have a restart policy or the engine uses live-restore.',
  };
}

/** Returns true if a difference is a host route to one endpoint: with such routes, a host connects two overlays. */
function leadsInto(one: Difference, joined: Difference, networks: readonly string[]): boolean {
  return (
    one.kind === 'subnets-overlap' &&
    one.where.host === joined.where.host &&
    networks.includes(one.where.network ?? '') &&
    isIPv4(one.observed.range.replace(/\/32$/, ''))
  );
}

function joinedNetworks({ where, observed }: Difference<'networks-joined'>): string[] {
  return [where.network ?? '', observed.network].toSorted((one, other) => one.localeCompare(other));
}

/** Returns a range that no network, host or route uses. */
export function freeRangeOf(observation: Observation): string | undefined {
  const subnets = observation.hosts.flatMap(({ engine }) =>
    (valueOf(engine)?.networks ?? []).flatMap((one) => one.subnets),
  );
  const taken = takenRanges(observation).filter(({ hasGateway }) => hasGateway !== true);
  return findFreeRange([...subnets, ...taken.map(({ range }) => range)]);
}
