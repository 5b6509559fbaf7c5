import { markOf } from '../derive/balanced-services.ts';
import { addressesOfLink } from '../derive/own-addresses.ts';
import type { OverlayEndpoint } from '../derive/endpoints.ts';
import type { PacketAddresses, TraceEntry } from '../model/trace.ts';
import type { ForwardingEntry, RouteView } from '../model/views/kernel-view.ts';
import { splitWords, wordAfter } from '../observe/kernel/iptables-rules.ts';
import type { OrderedHop } from './order-records.ts';
import { type PlaceTables, routeFor, type TraceTables } from './place-tables.ts';

/** The facts that entries are compared with. */
export interface EntryContext {
  readonly tables: TraceTables;
  readonly endpoints: readonly OverlayEndpoint[];
  readonly hostOf: ReadonlyMap<string, string>;
}

/** Returns the entries that send a packet onward from a hop. The following hops show some of its headers. */
export function entriesOf(
  hop: OrderedHop,
  {
    before,
    after,
  }: { readonly before: OrderedHop | undefined; readonly after: readonly OrderedHop[] },
  context: EntryContext,
): TraceEntry[] {
  const tables = context.tables.of(hop.place);
  if (tables === undefined) return [];
  const { place, device, direction, outer } = hop;
  if (place.kind === 'overlay') {
    const mac = macAt(hop, before, after, context.tables);
    if (mac === undefined) return [];
    return isTunnel(device, tables) && direction === 'out'
      ? [remoteEntry(mac, device, tables, context)]
      : direction === 'in'
        ? [bridgeEntry(mac, hop, tables)]
        : [];
  }
  if (place.kind === 'host' && outer !== undefined) return tunnelEntries(hop, tables, context);
  if (place.kind === 'host' && hop.kind === 'esp') return stateEntries(hop, tables);
  if (direction === 'out') return sendingEntries(hop, tables, context);
  if (place.kind === 'host') return device === 'input' ? [] : natEntries(hop, after, tables);
  if (place.kind === 'container') {
    return device === 'input'
      ? []
      : [...localEntries(hop, tables), ...natEntries(hop, after, tables)];
  }
  return balancerEntries(hop, after, tables);
}

/** Returns the destination MAC address of a packet in an overlay's namespace. */
export function macAt(
  hop: OrderedHop,
  before: OrderedHop | undefined,
  after: readonly OrderedHop[],
  tables: TraceTables,
): string | undefined {
  const isSame = (one: OrderedHop) =>
    one.part === hop.part && one.source === hop.source && one.destination === hop.destination;
  const tunneled = [before, ...after].find((one) => one !== undefined && isSame(one) && one.outer);
  if (tunneled?.outer !== undefined) return tunneled.outer.toMac;
  const sending = tables.senderOf(hop);
  return sending && nextHopOf(hop, sending).neighbor?.mac;
}

/** The route and the neighbor entry by which a namespace sends to an address. */
export function nextHopOf(
  { destination }: Pick<PacketAddresses, 'destination'>,
  tables: PlaceTables,
) {
  const route = routeFor(tables.routes, destination);
  const address = route?.gateway ?? destination;
  const neighbor = tables.neighbors.find(
    (one) => one.address === address && (route === undefined || one.device === route.device),
  );
  return { route, address, neighbor };
}

function sendingEntries(hop: OrderedHop, tables: PlaceTables, context: EntryContext): TraceEntry[] {
  const { route, neighbor } = nextHopOf(hop, tables);
  // The port of a bridge: the bridge itself is the hop before.
  if (route !== undefined && route.device !== hop.device) return [];
  const source = tables.balancer?.sources.includes(hop.source)
    ? [{ kind: 'nat', text: `-m ipvs --ipvs -j SNAT --to-source ${hop.source}` } as const]
    : [];
  return [
    ...source,
    ...(route === undefined ? [] : [{ kind: 'route', text: printRoute(route) } as const]),
    ...(neighbor?.mac === undefined
      ? []
      : [
          {
            kind: 'neighbor',
            text: `${neighbor.address} lladdr ${neighbor.mac} dev ${neighbor.device}`,
            ...wrongMac(neighbor.address, neighbor.mac, hop, context),
          } as const,
        ]),
  ];
}

/** Compares a MAC address with that of the endpoint with this address. */
function wrongMac(
  address: string,
  mac: string,
  { place }: OrderedHop,
  { endpoints }: EntryContext,
): Pick<TraceEntry, 'wrong'> {
  const owners = endpoints.filter((one) => one.address === address);
  const own = endpoints.filter(
    ({ container, host }) => container === place.name && host === place.host,
  );
  const owner = owners.find(({ networkId }) => own.some((one) => one.networkId === networkId));
  if (owner === undefined || owner.mac.toLowerCase() === mac.toLowerCase()) return {};
  return { wrong: `${owner.container} has the MAC address ${owner.mac}` };
}

export function isTunnel(device: string, { links }: PlaceTables): boolean {
  return links.some(({ link, vxlan }) => link.name === device && vxlan !== undefined);
}

/** The entry of a VXLAN device: the host of a MAC address. */
function remoteEntry(
  mac: string,
  device: string,
  { forwarding }: PlaceTables,
  { endpoints, hostOf }: EntryContext,
): TraceEntry {
  const entry = forwarding.find(
    (one) => one.mac === mac && one.device === device && one.destination !== undefined,
  );
  if (entry === undefined) {
    return {
      kind: 'forwarding',
      text: `no forwarding entry of ${device} for ${mac}`,
      wrong: ownerOf(mac, endpoints) ?? 'no container has this MAC address',
    };
  }
  const owner = endpoints.find((one) => one.mac === mac);
  const host = hostOf.get(entry.destination ?? '');
  const isWrong = owner !== undefined && host !== owner.host;
  return {
    kind: 'forwarding',
    text: printForwarding(entry),
    ...(isWrong ? { wrong: `${owner.container} is on ${owner.host}` } : {}),
  };
}

function ownerOf(mac: string, endpoints: readonly OverlayEndpoint[]): string | undefined {
  const owner = endpoints.find((one) => one.mac === mac);
  return owner && `${owner.container} on ${owner.host} has this MAC address`;
}

/** The entry of a bridge: the port of a MAC address. */
function bridgeEntry(mac: string, { device }: OrderedHop, tables: PlaceTables): TraceEntry {
  const entries = tables.forwarding.filter(
    (one) => one.mac === mac && one.destination === undefined,
  );
  const entry = entries.find((one) => one.device !== device) ?? entries[0];
  if (entry !== undefined) return { kind: 'forwarding', text: printForwarding(entry) };
  return { kind: 'forwarding', text: `no bridge entry for ${mac}: sent to all ports` };
}

function tunnelEntries(hop: OrderedHop, tables: PlaceTables, context: EntryContext): TraceEntry[] {
  const { outer, device, direction, place } = hop;
  if (outer === undefined) return [];
  if (direction === 'out') {
    const route = routeFor(tables.routes, outer.destination);
    return route === undefined ? [] : [{ kind: 'route', text: printRoute(route) }];
  }
  if (device !== 'input') return [];
  const overlays = context.tables.overlaysOn(place.host);
  for (const { place: inside, links } of overlays) {
    const found = links.find(({ vxlan }) => vxlan?.vni === outer.vni);
    if (found === undefined) continue;
    return [{ kind: 'vxlan', text: `${found.link.name} id ${outer.vni} of ${inside.name}` }];
  }
  return [];
}

function stateEntries({ source, destination, spi }: OrderedHop, tables: PlaceTables): TraceEntry[] {
  const { states = [], policies = [] } = tables.encryption ?? {};
  const policy = policies.find((one) => one.destination === destination);
  const state = states.find((one) => one.spi === spi && one.destination === destination);
  const number = `0x${(spi ?? 0).toString(16).padStart(8, '0')}`;
  const words = `src ${source} dst ${destination} proto esp spi ${number}`;
  return [
    ...(policy === undefined
      ? []
      : [
          {
            kind: 'policy',
            text: `src ${policy.source} dst ${destination} dport ${policy.port} esp`,
          } as const,
        ]),
    state === undefined
      ? { kind: 'state', text: words, wrong: 'the host has no such state' }
      : { kind: 'state', text: words },
  ];
}

/** The rules that rewrite the destination of a packet, as the next hop shows. */
function natEntries(
  { destination, destinationPort, kind, part }: OrderedHop,
  after: readonly OrderedHop[],
  { nat }: PlaceTables,
): TraceEntry[] {
  if (part === 'reply' || destinationPort === undefined) return [];
  const protocol = kind === 'datagram' ? 'udp' : 'tcp';
  const matching = nat.filter((rule) => {
    const words = splitWords(rule);
    const isOther = ![undefined, `${destination}/32`].includes(wordAfter(words, '-d'));
    const isPort = wordAfter(words, '--dport') === `${destinationPort}`;
    return isPort && wordAfter(words, '-p') === protocol && !isOther;
  });
  const next = after.find((one) => one.part === part);
  const isRewritten =
    next !== undefined &&
    (next.destination !== destination || next.destinationPort !== destinationPort);
  // Another rule may match as well, but only one has led the packet there.
  const rule = isRewritten
    ? matching.find((one) =>
        next.destination === destination
          ? one.includes(` --to-ports ${next.destinationPort}`)
          : one.includes(` --to-destination ${next.destination}`),
      )
    : undefined;
  return rule === undefined ? [] : [{ kind: 'nat', text: rule }];
}

function localEntries({ destination }: OrderedHop, { links }: PlaceTables): TraceEntry[] {
  const link = links.find((one) => addressesOfLink(one.link).includes(destination));
  return link === undefined
    ? [
        {
          kind: 'address',
          text: `no interface has ${destination}`,
          wrong: 'not an address of the container',
        },
      ]
    : [{ kind: 'address', text: `${destination} dev ${link.link.name}` }];
}

/** The mark, the virtual service and the real server of a packet that enters a load balancer. */
function balancerEntries(
  hop: OrderedHop,
  after: readonly OrderedHop[],
  { balancer }: PlaceTables,
): TraceEntry[] {
  if (balancer === undefined || hop.part === 'reply') return [];
  const { destination, destinationPort, kind } = hop;
  const byPort = balancer.marks.findLast(
    (one) => one.by === 'port' && one.port === destinationPort,
  );
  const mark = markOf(balancer, destination) ?? byPort?.mark;
  if (mark === undefined) {
    return [
      {
        kind: 'mark',
        text: `no rule marks packets to ${destination}`,
        wrong: 'no virtual service gets it',
      },
    ];
  }
  const word = `0x${mark.toString(16)}`;
  const match =
    byPort?.mark === mark && byPort.by === 'port'
      ? `-p ${kind === 'datagram' ? 'udp' : 'tcp'} --dport ${byPort.port}`
      : `-d ${destination}/32`;
  const service = balancer.virtualServices?.find((one) => one.mark === mark);
  const next = after.find((one) => one.part === hop.part && one.place.kind === hop.place.kind);
  const server = service?.servers.find(({ address }) => address === next?.destination);
  return [
    { kind: 'mark', text: `${match} -j MARK --set-xmark ${word}` },
    service === undefined
      ? {
          kind: 'virtual-service',
          text: `no virtual service FWM ${mark}`,
          wrong: 'IPVS ignores the packet',
        }
      : {
          kind: 'virtual-service',
          text: `FWM ${mark}, ${service.servers.length} real servers`,
          ...(service.servers.some(({ weight }) => weight > 0) ? {} : { wrong: 'no real server' }),
        },
    ...(server === undefined
      ? []
      : [
          {
            kind: 'real-server',
            text: `${server.address} ${server.forward} weight ${server.weight}`,
          } as const,
        ]),
  ];
}

function printRoute({ destination, gateway, device }: RouteView): string {
  return [
    destination,
    ...(gateway === undefined ? [] : ['via', gateway]),
    'dev',
    device ?? '?',
  ].join(' ');
}

function printForwarding(entry: ForwardingEntry & { readonly device: string }): string {
  const { mac, device, destination, isPermanent } = entry;
  const to = destination === undefined ? [] : ['dst', destination];
  return [mac, 'dev', device, ...to, isPermanent ? 'permanent' : 'learned'].join(' ');
}
