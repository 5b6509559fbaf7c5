import type { FileResult } from '../../probe/probe.ts';
import type { ConnectionTable, HostState } from '../../model/views/host-state.ts';
import { CONFIGURATION, readConfiguration } from './engine-options.ts';
import { type KernelAccess, HOST_NAMESPACE } from './query-kernel.ts';

const FORWARD = '/proc/sys/net/ipv4/ip_forward';
const COUNT = '/proc/sys/net/netfilter/nf_conntrack_count';
const CAPACITY = '/proc/sys/net/netfilter/nf_conntrack_max';
const STATISTICS = '/proc/net/stat/nf_conntrack';

/** Reads settings of the host's kernel; undefined parts where they are unavailable. */
export async function readHostState({
  probe,
  signal,
}: KernelAccess): Promise<Omit<HostState, 'docker'>> {
  const paths = [FORWARD, COUNT, CAPACITY, STATISTICS, CONFIGURATION];
  const [forward, count, capacity, statistics, file] = await probe
    .read(paths, { namespace: HOST_NAMESPACE, signal })
    // Other tables matter more; a comparison without these values is skipped.
    .catch((): FileResult[] => []);
  const forwards = numberIn(forward);
  return {
    forwards: forwards === undefined ? undefined : forwards > 0,
    configuresLiveRestore: readConfiguration(file)['live-restore'] === true,
    connections: readConnections(numberIn(count), numberIn(capacity), textOf(statistics)),
  };
}

function readConnections(
  count: number | undefined,
  capacity: number | undefined,
  statistics: string,
): ConnectionTable | undefined {
  // Zero means no limit.
  if (count === undefined || capacity === undefined || capacity === 0) return undefined;
  return { count, capacity, dropped: readDropped(statistics) };
}

/** Sums the columns "drop" of all processors: connections that found the table full. */
export function readDropped(statistics: string): number {
  const [head = '', ...lines] = statistics.trim().split('\n');
  const column = head.trim().split(/\s+/).indexOf('drop');
  if (column < 0) return 0;
  return lines.reduce((sum, line) => {
    const value = Number.parseInt(line.trim().split(/\s+/)[column] ?? '', 16);
    return sum + (Number.isNaN(value) ? 0 : value);
  }, 0);
}

function numberIn(file: FileResult | undefined): number | undefined {
  const text = textOf(file).trim();
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

function textOf(file: FileResult | undefined): string {
  return file !== undefined && 'text' in file ? file.text : '';
}
