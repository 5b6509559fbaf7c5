import type { PacketRecord } from '../probe/follow.ts';
import type { TraceHop, TracePlace } from '../model/trace.ts';

/** A record with its namespace. */
export interface PlacedRecord {
  readonly place: TracePlace;
  readonly record: PacketRecord;
}

/** A hop of the packet's path, before its entries are known. */
export type OrderedHop = Omit<TraceHop, 'hop' | 'entries' | 'changes'>;

interface Trace {
  /** The port or identifier of the sender. */
  readonly number: number;
  /** The host of the sender; undefined for this computer. */
  readonly start: string | undefined;
  /** The host of each address. */
  readonly hostOf: ReadonlyMap<string, string>;
}

type Part = TraceHop['part'];

interface Passed extends PlacedRecord {
  readonly part: Part;
}

/**
 * Returns the hops in the order of the packet's path, each once. The clocks of hosts differ: only records of one host are
 * ordered by time. A packet that leaves a host goes on at the host with its destination address.
 */
export function orderRecords(records: readonly PlacedRecord[], trace: Trace): OrderedHop[] {
  const byHost = Map.groupBy(
    records.filter(
      ({ place, record }) => place.kind !== 'overlay' || !record.device.startsWith('br'),
    ),
    ({ place }) => place.host,
  );
  const passed = [...byHost.values()].flatMap((own) => directRecords(own.toSorted(byTime), trace));
  const request = chain(
    passed.filter(({ part }) => part === 'request'),
    trace.start,
    trace,
  );
  const turn = request.at(-1)?.place.host ?? trace.start;
  const reply = chain(
    passed.filter(({ part }) => part === 'reply'),
    turn,
    trace,
  );
  return [...distinct(request), ...distinct(reply)].map(hopOf);
}

/** The order of records with the same time: packets that the kernel has not stamped again. */
function byTime(one: PlacedRecord, other: PlacedRecord): number {
  const difference = BigInt(one.record.at) - BigInt(other.record.at);
  return difference === 0n ? rankOf(one) - rankOf(other) : difference < 0n ? -1 : 1;
}

function rankOf({ place, record: { device, direction } }: PlacedRecord): number {
  const after = device === 'input' ? 1 : 0;
  if (place.kind === 'host') return direction === 'in' ? after : 6;
  return place.kind === 'overlay' ? 2 : (direction === 'in' ? 4 : 3) + after;
}

/** Determines the part of each record of one host; leaves out packets that belong to neither. */
function directRecords(sorted: readonly PlacedRecord[], { number }: Trace): Passed[] {
  const known = sorted.map((one) => ({ ...one, part: partOf(one.record, number) }));
  return known.flatMap(({ part, ...one }, index): Passed[] => {
    if (one.record.kind !== 'esp') return part === undefined ? [] : [{ ...one, part }];
    const found = partOfEncrypted(known, index);
    return found === undefined ? [] : [{ ...one, part: found }];
  });
}

function partOf(
  { kind, sourcePort, destinationPort }: PacketRecord,
  number: number,
): Part | undefined {
  switch (kind) {
    case 'echo':
    case 'syn':
      return 'request';
    case 'echo-reply':
    case 'syn-ack':
    case 'unreachable':
    case 'time-exceeded':
      return 'reply';
    case 'rst':
      return destinationPort === number ? 'reply' : undefined;
    case 'datagram':
      return sourcePort === number ? 'request' : 'reply';
    default:
      return undefined;
  }
}

/**
 * An encrypted packet hides its content: it belongs to the packet that has just left through a VXLAN device, or that
 * appears next.
 */
function partOfEncrypted(
  records: readonly (PlacedRecord & { readonly part: Part | undefined })[],
  index: number,
): Part | undefined {
  const isOut = records[index]?.record.direction === 'out';
  const others = isOut ? records.slice(0, index).toReversed() : records.slice(index + 1);
  const [next] = others.filter(({ record: { kind } }) => kind !== 'ack' && kind !== 'fin');
  if (next === undefined || next.record.kind === 'esp') return undefined;
  const { place, record, part } = next;
  const isNear = isOut
    ? place.kind === 'overlay' && record.direction === 'out'
    : record.direction === 'in';
  return isNear ? part : undefined;
}

/** Orders the records of one part over all hosts. */
function chain(passed: readonly Passed[], start: string | undefined, trace: Trace): Passed[] {
  const waiting = [...Map.groupBy(passed, ({ place }) => place.host)].flatMap(([host, own]) =>
    segmentsOf(own, trace).map((records) => ({ host, records })),
  );
  const ordered: Passed[] = [];
  let host = start;
  while (waiting.length > 0) {
    const found = waiting.findIndex((one) => one.host === host);
    const [segment] = waiting.splice(Math.max(found, 0), 1);
    ordered.push(...(segment?.records ?? []));
    const last = segment?.records.at(-1);
    host = last === undefined ? undefined : targetOf(last, trace);
  }
  return ordered;
}

/** Splits the records of one host where the packet had left the host and comes to it again. */
function segmentsOf(sorted: readonly Passed[], trace: Trace): Passed[][] {
  const segments: Passed[][] = [];
  for (const one of sorted) {
    const current = segments.at(-1);
    const last = current?.at(-1);
    const isBack =
      last !== undefined &&
      targetOf(last, trace) !== undefined &&
      one.place.kind === 'host' &&
      one.record.direction === 'in';
    if (current === undefined || isBack) segments.push([one]);
    else current.push(one);
  }
  return segments;
}

/** Returns the host to which a packet leaves its own; undefined if it stays. */
function targetOf({ place, record }: Passed, { hostOf }: Trace): string | undefined {
  if (place.kind !== 'host' || record.direction !== 'out') return undefined;
  const host = hostOf.get(record.outer?.destination ?? record.destination);
  return host === place.host ? undefined : host;
}

/** Leaves out repetitions: the sender repeats a packet without a reply. */
function distinct(passed: readonly Passed[]): Passed[] {
  const first = new Map<string, Passed>();
  for (const one of passed) {
    const { device, direction, source, sourcePort, destination, destinationPort, outer, spi } =
      one.record;
    const { host, kind, name } = one.place;
    const headers = [source, sourcePort, destination, destinationPort, outer?.destination, spi];
    const key = JSON.stringify([host, kind, name, device, direction, ...headers]);
    if (!first.has(key)) first.set(key, one);
  }
  return [...first.values()];
}

function hopOf({ place, part, record }: Passed): OrderedHop {
  const { at: _at, namespace: _namespace, ttl: _ttl, ...packet } = record;
  return { part, place, ...packet };
}
