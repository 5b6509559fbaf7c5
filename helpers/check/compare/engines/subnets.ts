import { type Comparison, outcomeOf } from '../../model/comparison.ts';
import type { Command } from '../../model/command.ts';
import type { Difference } from '../../model/difference.ts';
import type { Observation } from '../../model/observation.ts';
import type { RouteView } from '../../model/views/kernel-view.ts';
import { valueOf } from '../../model/observed.ts';
import { isInside, isOverlapping } from '../../derive/ranges.ts';

/** An address range in use that an overlay must not contain. */
export interface TakenRange {
  /** Undefined for another overlay, which has no single host. */
  readonly host: string | undefined;
  readonly range: string;
  /** The network that has it. */
  readonly network?: string;
  /** A route through a gateway: it takes the addresses of an overlay only when all of it lies among them. */
  readonly hasGateway?: boolean;
  /** The command that deletes the route; undefined for other ranges, and for routes of the kernel. */
  readonly undo?: Command | undefined;
  /** In words: "route to 10.0.0.0/8 dev eth0 on worker-host". */
  readonly text: string;
}

/** No overlay uses addresses that have another meaning on a host: packets to them would go there, or not return. */
export const subnetsApart: Comparison = {
  name: 'subnets-apart',
  title: 'no overlay uses addresses that are in use elsewhere',
  layer: 'networks',
  needs: 'api',
  compare: (observation) => {
    const overlays = overlaysOf(observation);
    const taken = takenRanges(observation);
    const differences = overlays.flatMap(({ id, name: network, subnets }) =>
      subnets.flatMap((subnet) => {
        const others = overlays
          // Each pair once.
          .filter((other) => other.id > id)
          .flatMap((other) =>
            other.subnets.map((range): TakenRange => {
              return { host: undefined, range, text: `network ${other.name} (${range})` };
            }),
          );
        return (
          [...taken, ...others]
            // A namesake is another matter: it is taken for this network.
            .filter((one) => one.network !== network && takes(one, subnet))
            .map(
              ({ host, range, text, undo }): Difference => ({
                kind: 'subnets-overlap',
                where: { host, network },
                expected: 'unused addresses',
                observed: { subnet, range, undo },
                text: `${network} has ${subnet}, which overlaps the ${text}`,
              }),
            )
        );
      }),
    );
    return outcomeOf(
      differences,
      overlays.map(({ name, subnets }) => `${name} ${subnets.join(' ')}`),
    );
  },
};

/** A gateway for far more than the overlay (a default route, 10.0.0.0/8 of a VPN) is no claim to these addresses. */
function takes({ range, hasGateway = false }: TakenRange, subnet: string): boolean {
  return hasGateway ? isInside(range, subnet) : isOverlapping(range, subnet);
}

interface Overlay {
  readonly id: string;
  readonly name: string;
  readonly subnets: readonly string[];
}

function overlaysOf({ hosts }: Observation): Overlay[] {
  const all = hosts.flatMap(({ engine }) => valueOf(engine)?.networks ?? []);
  const overlays = all.filter(({ driver }) => driver === 'overlay');
  return [...new Map(overlays.map((one) => [one.id, one])).values()];
}

/** Returns the ranges in use on the hosts: their addresses, their bridges, their routes. */
export function takenRanges({ hosts }: Observation): TakenRange[] {
  const ranges = hosts.flatMap(({ name: host, address, engine, kernel }): TakenRange[] => {
    const { routes = [], links = [] } = valueOf(kernel) ?? {};
    const bridges = (valueOf(engine)?.networks ?? []).filter(({ scope }) => scope === 'local');
    return [
      // With the kernel observed, the address is among those of its links.
      ...(address === undefined || links.length > 0
        ? []
        : [{ host, range: address, text: `address ${address} of ${host}` }]),
      ...bridges.flatMap(({ name, subnets }) =>
        subnets.map((range) => ({
          host,
          range,
          network: name,
          text: `network ${name} (${range}) on ${host}`,
        })),
      ),
      ...links.flatMap(({ name, addresses }) =>
        addresses.map((one) => {
          const own = one.replace(/\/.*/, '');
          return { host, range: own, text: `address ${own} of ${name} on ${host}` };
        }),
      ),
      ...routes.map((route) => {
        const { destination: range, gateway } = route;
        const hasGateway = gateway !== undefined;
        return { host, range, hasGateway, undo: deletionOf(route), text: textOf(route, host) };
      }),
    ];
  });
  return ranges;
}

function textOf({ destination, gateway, device }: RouteView, host: string): string {
  const via = gateway === undefined ? '' : ` via ${gateway}`;
  const dev = device === undefined ? '' : ` dev ${device}`;
  return `route to ${destination}${via}${dev} on ${host}`;
}

/** Returns the command that deletes a route. The kernel's own routes belong to addresses; other tables have rules. */
function deletionOf({ destination, gateway, device, table, protocol }: RouteView) {
  if (protocol === undefined || protocol === 'kernel' || table !== 'main') return undefined;
  return [
    'ip',
    'route',
    'del',
    destination,
    ...(gateway === undefined ? [] : ['via', gateway]),
    ...(device === undefined ? [] : ['dev', device]),
  ] satisfies Command;
}
