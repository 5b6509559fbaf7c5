import { firstLine } from '../../../process/errors/harness-error.ts';
import { addressesOfLink } from '../../derive/own-addresses.ts';
import { type Observed, valueOf, withValue, withoutValue } from '../../model/observed.ts';
import type { EngineThreads } from '../../model/views/kernel-view.ts';
import type { Probe } from '../../probe/probe.ts';
import type { EngineView } from '../../model/views/engine-view.ts';
import type { HostVxlan } from '../../model/views/host-state.ts';
import type { KernelView } from '../../model/views/kernel-view.ts';
import { type KernelAccess, query, HOST_NAMESPACE } from './query-kernel.ts';
import { hasEncryption, observeEncryption } from './encryption.ts';
import { type Firewall, readFirewall, type SavedRules, saveRules } from './firewall.ts';
import { readHostState } from './host-state.ts';
import { type ReadLink, readLinks, readOffload, readRoutes } from './ip-answers.ts';
import { queryNeighborTable } from './neighbor-table.ts';
import { readContainers } from './read-containers.ts';
import { readOverlays } from './read-overlays.ts';

/** The host whose kernel is observed. */
export interface KernelOf {
  /** A privileged one: it enters the namespaces of overlays and containers. */
  readonly probe: Probe;
  /** The host's address, at which the others find it. */
  readonly address: string | undefined;
  /** The data of its engine; without it, no containers are observed. */
  readonly engine: EngineView | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Makes digests of keys comparable within a check, and only there. */
  readonly salt: string;
}

const LIST_LINKS = ['ip', '-j', '-d', '-s', 'address', 'show'] as const;

/** Reads the tables of the host's kernel, before any live probe changes them. */
export async function observeKernel(of: KernelOf): Promise<Observed<KernelView>> {
  const { probe, address, engine, signal, salt } = of;
  const access: KernelAccess = { probe, signal };
  const [overlays, links, routes, containers, before, engineThreads, host] = await Promise.all([
    readOverlays(access),
    query(access, HOST_NAMESPACE, LIST_LINKS, readLinks),
    query(access, HOST_NAMESPACE, ['ip', '-4', '-j', 'route', 'show', 'table', 'all'], readRoutes),
    readContainers(access, containersOnOverlays(engine)),
    queryNeighborTable(access),
    queryThreads(access),
    readHostState(access, engine?.info.rootFolder),
  ]);
  const neighborTable = before && { before, after: undefined };
  const own = {
    links: links.map(({ link }) => link),
    carrier: links.find(({ link }) => addressesOfLink(link).some((one) => one === address))?.link
      .name,
  };
  const hostVxlans = vxlansOf(links);
  const saved = saveRules(access);
  const [firewall, encryption, offload] = await Promise.all([
    observeFirewall(access, { ...own, ...overlays }, saved),
    hasEncryption(engine) ? observeEncryption(access, salt, saved) : undefined,
    observeOffload(access, own.carrier),
  ]);
  const later = undefined;
  return withValue<KernelView>({
    ...overlays,
    later,
    neighborTable,
    engineThreads,
    encryption: encryption && { before: encryption, after: withoutValue('no second read') },
    ...own,
    hostVxlans,
    host: { before: { ...host, docker: valueOf(firewall)?.docker }, after: undefined },
    routes,
    firewall: rulesOf(firewall),
    offload,
    ...containers,
  });
}

/**
 * Reads the tables of the overlays again, after the live probes: entries that an engine has learned by then were pending.
 * Firewall counters and neighbor table overflows then include the probes.
 */
export async function observeTablesAgain(
  kernel: Observed<KernelView>,
  access: KernelAccess,
  { salt, engine }: Pick<KernelOf, 'salt' | 'engine'>,
): Promise<Observed<KernelView>> {
  if (!('value' in kernel)) return kernel;
  const { neighborTable: { before } = {}, hostVxlans = [], encryption } = kernel.value;
  const saved = saveRules(access);
  const [{ overlays: later }, firewall, after, threads, host, vxlans, encryptionAfter] =
    await Promise.all([
      readOverlays(access),
      observeFirewall(access, kernel.value, saved),
      before && queryNeighborTable(access),
      queryThreads(access),
      readHostState(access, engine?.info.rootFolder),
      // An engine creates its devices here before it moves them to an overlay's namespace.
      hostVxlans.length === 0
        ? []
        : query(access, HOST_NAMESPACE, LIST_LINKS, readLinks).then(vxlansOf),
      encryption && observeEncryption(access, salt, saved),
    ]);
  const stuck = kernel.value.engineThreads?.stuck.filter((id) => threads?.stuck.includes(id)) ?? [];
  return withValue<KernelView>({
    ...kernel.value,
    later,
    firewall: rulesOf(firewall),
    host: kernel.value.host && {
      ...kernel.value.host,
      after: { ...host, docker: valueOf(firewall)?.docker },
    },
    hostVxlans: hostVxlans.filter(({ name }) => vxlans.some((one) => one.name === name)),
    neighborTable: before && { before, after },
    engineThreads: threads && { ...threads, stuck },
    encryption: encryption && encryptionAfter && { ...encryption, after: encryptionAfter },
  });
}

/** Undefined where the engine's threads cannot be read: nothing but the cause of a finding depends on them. */
async function queryThreads({ probe, signal }: KernelAccess): Promise<EngineThreads | undefined> {
  return await probe.threads({ signal }).catch(() => undefined);
}

async function observeFirewall(
  access: KernelAccess,
  { links, carrier, overlays }: Pick<KernelView, 'links' | 'carrier' | 'overlays'>,
  saved: Promise<SavedRules>,
): Promise<Observed<Firewall>> {
  // Addresses of bridges are its own too, but nothing of an overlay comes from them.
  const carrying = links.filter(({ name }) => carrier === undefined || name === carrier);
  const addresses = carrying.flatMap(addressesOfLink);
  try {
    return withValue(await readFirewall(access, addresses, overlays[0]?.vxlans[0]?.port, saved));
  } catch (error) {
    return withoutValue(firstLine(error));
  }
}

function vxlansOf(links: readonly ReadLink[]): HostVxlan[] {
  return links.flatMap(({ link: { name }, vxlan }) =>
    vxlan === undefined ? [] : { name, vni: vxlan.vni, port: vxlan.port },
  );
}

function rulesOf(firewall: Observed<Firewall>): KernelView['firewall'] {
  return 'value' in firewall ? withValue(firewall.value.rules) : firewall;
}

async function observeOffload(
  access: KernelAccess,
  carrier: string | undefined,
): Promise<KernelView['offload']> {
  if (carrier === undefined) {
    return withoutValue('no interface has its address in the cluster');
  }
  try {
    return withValue(
      await query(access, HOST_NAMESPACE, ['ethtool', '--json', '-k', carrier], readOffload),
    );
  } catch (error) {
    return withoutValue(firstLine(error));
  }
}

function containersOnOverlays(engine: EngineView | undefined) {
  if (engine === undefined) return [];
  const overlays = new Set(
    engine.networks.filter(({ driver }) => driver === 'overlay').map(({ id }) => id),
  );
  return engine.containers.filter(
    ({ pid, networks }) =>
      pid > 0 && Object.values(networks).some(({ networkId }) => overlays.has(networkId)),
  );
}
