import { firstLine } from '../../../process/harness-error.ts';
import { type Observed, seen, unseen } from '../../observed.ts';
import type { Probe } from '../../probe/probe.ts';
import type { EngineView } from '../engines.ts';
import type { KernelView } from '../kernel.ts';
import { type Asker, ask, HOST_NAMESPACE } from './ask.ts';
import { readFirewall } from './firewall.ts';
import { readLinks, readOffload, readRoutes } from './ip-answers.ts';
import { readContainers } from './read-containers.ts';
import { readOverlays } from './read-overlays.ts';

/** Whose kernel is looked at. */
export interface KernelOf {
  /** A privileged one: it enters the namespaces of overlays and containers. */
  readonly probe: Probe;
  /** The host's address, at which the others find it. */
  readonly address: string | undefined;
  /** What its engine says; without it, no containers are looked into. */
  readonly engine: EngineView | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What the host's kernel has: to be asked before any live probe, which would change the tables. */
export async function observeKernel(of: KernelOf): Promise<Observed<KernelView>> {
  const { probe, address, engine, signal } = of;
  const asker: Asker = { probe, signal };
  try {
    const [overlays, links, routes, containers] = await Promise.all([
      readOverlays(asker),
      ask(asker, HOST_NAMESPACE, ['ip', '-j', '-d', '-s', 'address', 'show'], readLinks),
      ask(asker, HOST_NAMESPACE, ['ip', '-4', '-j', 'route', 'show', 'table', 'all'], readRoutes),
      readContainers(asker, containersOnOverlays(engine)),
    ]);
    const own = links.map(({ link }) => link);
    const carrier = own.find(({ addresses }) =>
      addresses.some((one) => one.split('/', 1)[0] === address),
    )?.name;
    // Addresses of bridges are its own too, but nothing of an overlay comes from them.
    const addresses =
      carrier === undefined || address === undefined
        ? own.flatMap((link) => link.addresses)
        : [address];
    const [firewall, offload] = await Promise.all([
      observeOr(() => readFirewall(asker, addresses)),
      carrier === undefined
        ? unseen('no interface has the address at which the others find it')
        : observeOr(() =>
            ask(asker, HOST_NAMESPACE, ['ethtool', '--json', '-k', carrier], readOffload),
          ),
    ]);
    const view = { overlays, later: undefined, links: own, routes, firewall, carrier, offload };
    return seen({ ...view, ...containers });
  } catch (error) {
    return unseen(firstLine(error));
  }
}

/** The overlays' tables once more, after the live probes: what an engine has learnt by then, it knew how to find. */
export async function observeTablesAgain(
  kernel: Observed<KernelView>,
  { probe, signal }: Pick<KernelOf, 'probe' | 'signal'>,
): Promise<Observed<KernelView>> {
  if (!('seen' in kernel)) return kernel;
  try {
    return seen({ ...kernel.seen, later: await readOverlays({ probe, signal }) });
  } catch {
    // What was seen before still stands; it is only not confirmed.
    return kernel;
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

async function observeOr<T>(look: () => Promise<T>): Promise<Observed<T>> {
  try {
    return seen(await look());
  } catch (error) {
    return unseen(firstLine(error));
  }
}
