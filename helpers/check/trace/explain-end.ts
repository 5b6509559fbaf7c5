import type { OverlayEndpoint } from '../derive/endpoints.ts';
import type { TraceEntry, TraceHop, TracePlace, TraceReport } from '../model/trace.ts';
import type { FirewallRule } from '../model/views/kernel-view.ts';
import type { TraceRecording } from './recording.ts';
import { isTunnel, nextHopOf } from './name-entries.ts';
import type { TraceTables } from './place-tables.ts';

interface Facts {
  readonly recording: TraceRecording;
  readonly tables: TraceTables;
  /** The container that got the request. */
  readonly server: OverlayEndpoint | undefined;
}

type End = Pick<TraceReport, 'outcome' | 'summary' | 'cause'>;

/** Finds the end of a trace, and the entry that stops it. */
export function explainEnd(hops: readonly TraceHop[], facts: Facts): End {
  const { recording } = facts;
  const { ends, sent, request } = recording;
  const target = ends.to.name;
  const reply = hops.filter(({ part }) => part === 'reply');
  const error = reply.find(({ kind }) => kind === 'rst' || kind === 'unreachable');
  if (sent.answered) {
    return {
      outcome: 'answered',
      summary: `${target} answers${byServer(facts)}`,
      cause: undefined,
    };
  }
  const wrong = firstWrong(hops);
  if (error !== undefined && sent.error === 'ECONNREFUSED') {
    return {
      outcome: 'refused',
      summary: `${nameOf(error.place)} refuses port ${request.port}: ${wrong === undefined ? 'nothing listens there, or a rule rejects it' : describeCause(wrong)}`,
      cause: wrong,
    };
  }
  const requests = hops.filter(({ part }) => part === 'request');
  const hasArrived = requests.some(isArrival(facts));
  if (reply.length > 0) return lost('reply', reply, hasArrived, facts);
  if (!hasArrived) return lost('request', requests, false, facts);
  const place = requests.at(-1)?.place;
  return {
    outcome: 'arrived',
    summary: `the request arrives at ${place === undefined ? target : nameOf(place)}, which sends no reply`,
    cause: undefined,
  };
}

function byServer({ recording: { ends }, server }: Facts): string {
  return server === undefined || ends.receiver !== undefined
    ? ''
    : ` through ${server.container} on ${server.host}`;
}

/** Returns a function that tells if a hop is in the network namespace of the destination, past its firewall. */
function isArrival({ recording: { ends }, server }: Facts) {
  return ({ place, device, outer }: TraceHop): boolean => {
    if (device !== 'input') return false;
    if (place.kind === 'container') return place.name === server?.container;
    // A host also lets in packets of overlays, still in VXLAN.
    const isOwn = ends.to.container === undefined && outer === undefined;
    return isOwn && place.kind === 'host' && place.host === ends.to.host;
  };
}

function lost(
  part: TraceHop['part'],
  hops: readonly TraceHop[],
  hasArrived: boolean,
  facts: Facts,
): End {
  const last = hops.at(-1);
  const cause = firstWrong(hops) ?? (last === undefined ? unsent(facts) : causeAfter(last, facts));
  const where = last === undefined ? 'before it leaves its container' : placeOf(last);
  return {
    outcome: hasArrived || part === 'reply' ? 'arrived' : 'lost',
    summary: `the ${part} is lost ${where}${cause === undefined ? '' : `: ${describeCause(cause)}`}`,
    cause,
  };
}

function firstWrong(hops: readonly TraceHop[]): TraceEntry | undefined {
  return hops.flatMap(({ entries }) => entries).find((one) => one.wrong !== undefined);
}

function describeCause({ text, wrong }: TraceEntry): string {
  return wrong === undefined ? text : `${text} (${wrong})`;
}

/** The place after the last hop, in words. */
function placeOf({ place, device, direction, outer, kind }: TraceHop): string {
  const on = ` of ${place.host}`;
  if (place.kind === 'host') {
    if (direction === 'out') return `between the network card ${device}${on} and the next host`;
    if (device === 'input') return `past the firewall${on}`;
    const isCarrier = outer !== undefined || kind === 'esp';
    return `at the ${isCarrier ? 'network card' : 'device'} ${device}${on}`;
  }
  const name = place.kind === 'container' ? place.name : `${inWords[place.kind]} ${place.name}`;
  if (device === 'input') return `past the firewall of ${name} on ${place.host}`;
  return `${direction === 'in' ? 'at' : 'after'} ${device} of ${name} on ${place.host}`;
}

const inWords = {
  overlay: 'the overlay',
  'load-balancer': 'the load balancer of',
  mesh: 'the mesh',
};

function nameOf({ kind, name, host }: TracePlace): string {
  if (kind === 'host') return host;
  return `${kind === 'container' ? name : `${inWords[kind]} ${name}`} on ${host}`;
}

/** The reason why the sender's kernel sends nothing. */
function unsent({ recording, tables }: Facts): TraceEntry | undefined {
  const { ends, sent } = recording;
  const { from, to, network, sender } = ends;
  const own = tables.of({
    host: from.host ?? '',
    kind: sender === undefined ? 'host' : 'container',
    name: from.container ?? from.host ?? '',
  });
  if (own === undefined) return undefined;
  const { route, address, neighbor } = nextHopOf({ destination: to.address }, own);
  if (route === undefined)
    return { kind: 'route', text: 'no route', wrong: `no route to ${to.address}` };
  const drop = findDrop(own.drops, 'OUTPUT', recording.request);
  if (sent.error === 'EPERM' && drop !== undefined)
    return { kind: 'firewall', text: drop, wrong: 'drops it' };
  if (neighbor?.mac !== undefined) return undefined;
  const overlay = tables.overlay(from.host ?? '', network?.id);
  const entry = overlay?.neighbors.find((one) => one.address === address && one.mac !== undefined);
  return entry === undefined
    ? {
        kind: 'neighbor',
        text: `no neighbor entry for ${address}`,
        wrong: `nothing on ${from.host} answers the ARP requests of ${from.container}`,
      }
    : undefined;
}

/** The entry that stops a packet after its last hop, if a table shows one. */
function causeAfter(last: TraceHop, { recording, tables }: Facts): TraceEntry | undefined {
  const { place, device, direction, outer } = last;
  const own = tables.of(place);
  const isTunneled = own !== undefined && place.kind === 'overlay' && isTunnel(device, own);
  if (isTunneled && direction === 'out') {
    return firewallOf(place, tables, ['output', 'postrouting']);
  }
  if (place.kind === 'host' && direction === 'in' && device !== 'input') {
    return firewallOf(place, tables, ['ingress', 'prerouting', 'input']);
  }
  if (
    place.kind === 'host' &&
    device === 'input' &&
    outer !== undefined &&
    last.entries.length === 0
  ) {
    return {
      kind: 'vxlan',
      text: `no VXLAN device with the number ${outer.vni}`,
      wrong: `${place.host} has none`,
    };
  }
  const drop = findDrop(own?.drops, direction === 'in' ? 'INPUT' : 'OUTPUT', recording.request);
  const isHeld = place.kind === 'container' ? device !== 'input' : place.kind === 'overlay';
  return drop !== undefined && isHeld
    ? { kind: 'firewall', text: drop, wrong: 'drops packets' }
    : undefined;
}

/** Returns the first rule that may drop the packet: not one for another direction or protocol. */
function findDrop(
  drops: readonly string[] | undefined,
  chain: 'INPUT' | 'OUTPUT',
  { protocol }: TraceRecording['request'],
): string | undefined {
  const other = chain === 'INPUT' ? 'OUTPUT' : 'INPUT';
  return drops?.find((rule) => {
    const [, matched = protocol] = / -p (\S+)/.exec(rule) ?? [];
    return matched === protocol && !new RegExp(`^(?:-A |:)${other}\\b`).test(rule);
  });
}

function firewallOf(
  place: TracePlace,
  tables: TraceTables,
  hooks: readonly FirewallRule['hooks'][number][],
): TraceEntry | undefined {
  const rules = tables.of({ host: place.host, kind: 'host', name: place.host })?.firewall ?? [];
  const rule = rules.find(
    (one) =>
      one.concerns.includes('vxlan') &&
      (one.verdict === 'drop' || one.verdict === 'reject') &&
      one.hooks.some((hook) => hooks.includes(hook)),
  );
  if (rule === undefined) return undefined;
  const wrong = `${rule.verdict === 'drop' ? 'drops' : 'rejects'} VXLAN packets on ${place.host}`;
  return { kind: 'firewall', text: rule.text, wrong };
}
