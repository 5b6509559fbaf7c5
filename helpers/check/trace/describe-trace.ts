import { wordOf } from '../probe/namespace.ts';
import type { OverlayEndpoint } from '../derive/endpoints.ts';
import type { TraceHop, TraceReport } from '../model/trace.ts';
import type { Hop } from '../model/views/paths-view.ts';
import { describeChanges } from './describe-changes.ts';
import { explainEnd } from './explain-end.ts';
import { entriesOf, isTunnel, macAt } from './name-entries.ts';
import type { TraceRecording } from './recording.ts';
import { type OrderedHop, orderRecords } from './order-records.ts';
import { TraceTables } from './place-tables.ts';
import type { ResolvedEnds } from './resolve-ends.ts';

/** The part of a report that a recording decides. */
export type DescribedTrace = Omit<
  TraceReport,
  'target' | 'startedAt' | 'milliseconds' | 'unobserved'
>;

/** Describes the hops, entries and end of a recorded trace. */
export function describeTrace(recording: TraceRecording): DescribedTrace {
  const { ends, request, endpoints, sent, isEncrypted } = recording;
  const tables = new TraceTables(recording.tables);
  // The first match counts.
  const tablesBefore = new TraceTables([...recording.before, ...recording.tables]);
  const hostOf = new Map(recording.addresses);
  const all = orderRecords(placeRecords(recording), {
    number: recording.number,
    start: ends.from.host,
    hostOf,
  });
  const ordered = all.filter((one) => !isCopy(one, all, tables));
  const server = serverOf(ordered, ends);
  const hops = ordered.map((one, index): TraceHop => {
    const before = beforeOf(ordered, index);
    const after = ordered.slice(index + 1);
    return {
      ...one,
      hop: hopNameOf(one, ends.from.host, server?.host, tablesBefore),
      entries: entriesOf(
        one,
        { before, after },
        { tables: one.part === 'request' ? tablesBefore : tables, endpoints, hostOf },
      ),
      changes: before === undefined ? [] : describeChanges(before, one),
    };
  });
  return {
    from: ends.from,
    to: ends.to,
    protocol: request.protocol,
    port: request.port ?? 0,
    network: ends.network?.name,
    isEncrypted,
    server: server && { host: server.host, container: server.container },
    hops,
    error: sent.error,
    roundTrip: sent.answered ? sent.milliseconds : undefined,
    ...explainEnd(hops, { recording, tables: tablesBefore, server }),
  };
}

function beforeOf(ordered: readonly OrderedHop[], index: number): OrderedHop | undefined {
  const [one, before] = [ordered[index], ordered[index - 1]];
  return before?.part === one?.part ? before : undefined;
}

function placeRecords({ places, records }: TraceRecording) {
  return records.flatMap(({ host, packets }) =>
    packets.flatMap((record) => {
      const found = places.find(
        ({ place, namespace }) => place.host === host && wordOf(namespace) === record.namespace,
      );
      return found === undefined ? [] : [{ place: found.place, record }];
    }),
  );
}

/** The container that got the request. */
function serverOf(
  hops: readonly OrderedHop[],
  { servers, receiver }: ResolvedEnds,
): OverlayEndpoint | undefined {
  if (receiver !== undefined) return receiver;
  const last = hops.findLast(
    ({ part, place, direction }) =>
      part === 'request' && place.kind === 'container' && direction === 'in',
  );
  return servers.find(
    ({ container, host }) => container === last?.place.name && host === last.place.host,
  );
}

/** Returns true if a bridge sent a copy to this port, because it did not know the port of the receiver. */
function isCopy(hop: OrderedHop, all: readonly OrderedHop[], tables: TraceTables): boolean {
  const { place, direction, device } = hop;
  const own = tables.of(place);
  if (place.kind !== 'overlay' || direction !== 'out' || own === undefined) return false;
  const mac = macAt(hop, undefined, all, tables);
  if (mac === undefined) return false;
  const entry = own.forwarding.find((one) => one.mac === mac && one.destination === undefined);
  const port = tables.portTo(mac, own) ?? entry?.device;
  return port !== undefined && port !== device;
}

/** The name of a request's hop in the findings of a check. */
function hopNameOf(
  { part, place, device, direction, outer, kind }: OrderedHop,
  sender: string | undefined,
  receiver: string | undefined,
  tables: TraceTables,
): Hop | undefined {
  if (part !== 'request' || sender === undefined || sender === receiver) return undefined;
  const isSender = place.host === sender;
  if (place.kind === 'host' && (outer !== undefined || kind === 'esp')) {
    if (direction === 'out') return isSender ? 'sender-nic' : undefined;
    if (isSender) return undefined;
    return device === 'input' ? 'receiver-input' : 'receiver-nic';
  }
  const own = tables.of(place);
  if (place.kind === 'overlay' && own !== undefined && isTunnel(device, own)) {
    if (direction === 'out') return isSender ? 'sender-vxlan' : undefined;
    return isSender ? undefined : 'receiver-vxlan';
  }
  if (place.kind !== 'container') return undefined;
  if (isSender) return direction === 'out' ? 'sender' : undefined;
  return direction === 'in' && device !== 'input' ? 'receiver' : undefined;
}
