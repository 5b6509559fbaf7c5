import { firstLine } from '../../../process/errors/harness-error.ts';
import type {
  Balancer,
  BalancerTables,
  BalancingView,
  MeshRules,
} from '../../model/views/balancing-view.ts';
import { type Observed, withValue } from '../../model/observed.ts';
import type { Namespace } from '../../probe/namespace.ts';
import type { FileResult } from '../../probe/probe.ts';
import { HOST_NAMESPACE, type KernelAccess, query } from '../kernel/query-kernel.ts';
import { listNamespaces } from '../kernel/read-overlays.ts';
import {
  readBalancerRules,
  readOpenConnections,
  readLocalAddresses,
  readMeshRules,
  readVirtualServices,
} from './balancer-files.ts';
import { readKernelFeatures } from './kernel-features.ts';

/** The sandbox of the routing mesh. */
const MESH = 'ingress_sbox';

/**
 * Reads the sandboxes in which an engine of a swarm balances the load of services: one for each overlay network, named
 * `lb_` and the beginning of the network's ID, and the one of the routing mesh.
 */
export async function observeBalancing(access: KernelAccess): Promise<Observed<BalancingView>> {
  const [read, mesh, kernel] = await Promise.all([
    readSandboxes(access),
    readMesh(access),
    readKernelFeatures(access),
  ]);
  return withValue({
    mesh: { before: mesh, after: undefined },
    kernel: { before: kernel, after: undefined },
    balancers: read.flatMap(({ tables: before, why: _why, ...sandbox }) =>
      before === undefined ? [] : [{ ...sandbox, before, after: undefined }],
    ),
    unread: read.flatMap(({ namespace, why }) => (why === undefined ? [] : [{ namespace, why }])),
  });
}

/**
 * Reads the sandboxes again, after the live probes. An engine creates and removes them as containers come and go, and keeps
 * their files for a while.
 */
export async function observeBalancingAgain(
  before: Observed<BalancingView>,
  access: KernelAccess,
): Promise<Observed<BalancingView>> {
  if ('missing' in before) return before;
  const { balancers, unread } = before.value;
  const [again, rules, kernel] = await Promise.all([
    readSandboxes(access),
    readMesh(access),
    readKernelFeatures(access),
  ]);
  const tablesOf = (wanted: string) => again.find(({ namespace }) => namespace === wanted)?.tables;
  const known = new Set(balancers.map(({ namespace }) => namespace));
  return withValue({
    mesh: { before: before.value.mesh?.before, after: rules },
    kernel: { before: before.value.kernel?.before, after: kernel },
    balancers: [
      ...balancers.map((one) => ({ ...one, after: tablesOf(one.namespace) })),
      ...again.flatMap(({ tables: after, why: _why, ...sandbox }) =>
        after === undefined || known.has(sandbox.namespace)
          ? []
          : [{ ...sandbox, before: undefined, after }],
      ),
    ],
    unread: unread.filter(({ namespace }) => tablesOf(namespace) === undefined),
  });
}

type Sandbox = Pick<Balancer, 'idPrefix' | 'namespace'>;

type ReadSandbox = Sandbox &
  (
    | { readonly tables: BalancerTables; readonly why: undefined }
    | { readonly tables: undefined; readonly why: string }
  );

async function readSandboxes(access: KernelAccess): Promise<ReadSandbox[]> {
  const found = await findSandboxes(access);
  return await Promise.all(
    found.map(async (sandbox): Promise<ReadSandbox> => {
      try {
        const tables = await readTables(access, sandbox.namespace);
        return { ...sandbox, tables, why: undefined };
      } catch (error) {
        return { ...sandbox, tables: undefined, why: firstLine(error) };
      }
    }),
  );
}

/** Reads the rules of the host; undefined if they cannot be read. */
async function readMesh(access: KernelAccess): Promise<MeshRules | undefined> {
  const save = async (tool: 'legacy' | 'nft') =>
    await query(access, HOST_NAMESPACE, [`iptables-${tool}-save`, '-t', 'nat'], (output) => ({
      ...readMeshRules(output),
      tool,
    })).catch(() => undefined);
  const [tables] = await access.probe
    .read(['/proc/net/ip_tables_names'], { namespace: HOST_NAMESPACE, signal: access.signal })
    .catch(() => []);
  const isLegacy = tables !== undefined && 'text' in tables && /^nat$/m.test(tables.text);
  const first = await save(isLegacy ? 'legacy' : 'nft');
  if (first?.hasChain === true || !isLegacy) return first;
  const second = await save('nft');
  return second?.hasChain === true ? second : first;
}

async function findSandboxes(access: KernelAccess): Promise<Sandbox[]> {
  const files = await listNamespaces(access);
  return files.flatMap(({ name, path: namespace }): Sandbox[] => {
    const [, idPrefix] = /^lb_([\da-z]{6,64})$/.exec(name) ?? [];
    return idPrefix === undefined && name !== MESH ? [] : [{ idPrefix, namespace }];
  });
}

const FILES = [
  '/proc/net/ip_vs',
  '/proc/sys/net/ipv4/ip_forward',
  '/proc/sys/net/ipv4/vs/conntrack',
  '/proc/net/fib_trie',
  '/proc/net/ip_tables_names',
  '/proc/net/ip_vs_conn',
] as const;

/** Bytes of each file: enough for 10,000 real servers. */
const MOST_BYTES = 1_000_000;

/** Reads the tables of one sandbox. */
export async function readTables(access: KernelAccess, namespace: string): Promise<BalancerTables> {
  const { probe, signal } = access;
  const inside = { path: namespace };
  const [services, forwarding, tracking, addresses, tables, connections] = await probe.read(FILES, {
    namespace: inside,
    most: MOST_BYTES,
    signal,
  });
  // The engine of the host uses one of the two; the kernel lists the tables of iptables-legacy.
  const isLegacy = /^(?:mangle|nat)$/m.test(textOf(tables) ?? '');
  const ipvs = textOf(services);
  const [rules, idle] = await Promise.all([
    readRules(access, inside, isLegacy),
    // Other tables matter more.
    ipvs === undefined ? undefined : probe.idle(inside, { signal }).catch(() => undefined),
  ]);
  return {
    virtualServices: ipvs === undefined ? undefined : readVirtualServices(ipvs),
    forwards: readSwitch(textOf(forwarding)),
    tracks: readSwitch(textOf(tracking)),
    addresses: readLocalAddresses(textOf(addresses) ?? ''),
    idle,
    open: readOpenConnections(startOf(connections)),
    ...rules,
  };
}

async function readRules(access: KernelAccess, namespace: Namespace, isLegacy: boolean) {
  const save = async (tool: 'legacy' | 'nft') =>
    await query(access, namespace, [`iptables-${tool}-save`], (output) => ({
      ...readBalancerRules(output),
      tool,
    }));
  const first = await save(isLegacy ? 'legacy' : 'nft');
  if (hasRules(first) || !isLegacy) return first;
  const second = await save('nft');
  return hasRules(second) ? second : first;
}

function hasRules({ marks, sources }: Pick<BalancerTables, 'marks' | 'sources'>): boolean {
  return marks.length > 0 || sources.length > 0;
}

/** The text of a whole file; undefined if it does not exist. */
function textOf(file: FileResult | undefined): string | undefined {
  if (file === undefined || 'error' in file) return undefined;
  if (file.cut) throw new Error(`${file.path} is longer than ${MOST_BYTES} bytes`);
  return file.text;
}

/** The text of a file, without the end of a file that is too long. */
function startOf(file: FileResult | undefined): string {
  return file !== undefined && 'text' in file ? file.text : '';
}

function readSwitch(text: string | undefined): boolean | undefined {
  return text === undefined ? undefined : text.trim() !== '0';
}
