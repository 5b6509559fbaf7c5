import { X509Certificate } from 'node:crypto';
import type { FileResult } from '../../probe/probe.ts';
import type { ConnectionTable, HostState, Validity } from '../../model/views/host-state.ts';
import { CONFIGURATION, readConfiguration } from './engine-options.ts';
import { type KernelAccess, HOST_NAMESPACE } from './query-kernel.ts';

const FORWARD = '/proc/sys/net/ipv4/ip_forward';
const COUNT = '/proc/sys/net/netfilter/nf_conntrack_count';
const CAPACITY = '/proc/sys/net/netfilter/nf_conntrack_max';
const STATISTICS = '/proc/net/stat/nf_conntrack';

/** Reads settings of the host's kernel; undefined parts where they are unavailable. */
export async function readHostState(
  { probe, signal }: KernelAccess,
  /** The folder of the engine's state. */
  rootFolder = '/var/lib/docker',
): Promise<Omit<HostState, 'docker'>> {
  const certificate = `${rootFolder}/swarm/certificates/swarm-node.crt`;
  const paths = [FORWARD, COUNT, CAPACITY, STATISTICS, CONFIGURATION, certificate];
  const [forward, count, capacity, statistics, file, certified] = await probe
    .read(paths, { namespace: HOST_NAMESPACE, signal })
    // Other tables matter more; a comparison without these values is skipped.
    .catch((): FileResult[] => []);
  const forwards = numberIn(forward);
  return {
    forwards: forwards === undefined ? undefined : forwards > 0,
    certificate: readValidity(textOf(certified)),
    configuresLiveRestore: readConfiguration(file)['live-restore'] === true,
    connections: readConnections(numberIn(count), numberIn(capacity), textOf(statistics)),
  };
}

/** Returns the validity of the first certificate of a file; undefined if it has none. */
export function readValidity(text: string): Validity | undefined {
  if (text === '') return undefined;
  try {
    const { validFrom, validTo } = new X509Certificate(text);
    return { from: new Date(validFrom).toISOString(), until: new Date(validTo).toISOString() };
  } catch {
    // Anything else in its place, such as a file that is being written.
    return undefined;
  }
}

function readConnections(
  count: number | undefined,
  capacity: number | undefined,
  statistics: string,
): ConnectionTable | undefined {
  // Zero means no limit.
  if (count === undefined || capacity === undefined || capacity === 0) return undefined;
  return {
    count,
    capacity,
    dropped: sumColumn(statistics, 'drop'),
    notInserted: sumColumn(statistics, 'insert_failed'),
  };
}

/** Sums a column for all processors: "drop" counts connections that found the table full. */
export function sumColumn(statistics: string, name: string): number {
  const [head = '', ...lines] = statistics.trim().split('\n');
  const column = head.trim().split(/\s+/).indexOf(name);
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
