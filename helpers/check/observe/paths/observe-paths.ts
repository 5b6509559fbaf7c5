import { randomBytes } from 'node:crypto';
import { endsOf } from '../../derive/endpoints.ts';
import { type Observed, seen, type Unseen, unseen, whatWasSeen } from '../../model/observed.ts';
import { ownAddresses } from '../../derive/own-addresses.ts';
import type { KernelView } from '../../model/kernel-view.ts';
import type { PathsView } from '../../model/paths-view.ts';
import { type Asked, privilegedProbeOn, probeOn, type Round } from '../round.ts';
import type { AskedHost } from '../../model/observation.ts';
import { lookAtPaths, type PathsPlan } from './probe-paths.ts';

/** Ordered pairs of containers that are probed when nothing else is said. */
const MOST_PAIRS = 1000;

const VXLAN_PORT = 4789;

/** Sends live probes between hosts and between containers. */
export async function observePaths(
  asked: Asked,
  round: Round,
  kernel: (host: AskedHost) => Observed<KernelView>,
): Promise<Observed<PathsView>> {
  const probes = asked.hosts.map((host) => ({ host, probe: probeOn(round, host.name) }));
  const views = asked.hosts.map((host) => ({ ...host, kernel: kernel(host) }));
  const hosts = probes.flatMap(({ host, probe }): PathsPlan['hosts'][number][] => {
    if ('unseen' in probe) return [];
    const { name, address } = host;
    const vxlanPort = vxlansOf(kernel(host))[0]?.port ?? VXLAN_PORT;
    const addresses = ownAddresses({ ...host, kernel: kernel(host) }, views);
    return [{ host: name, address, addresses, probe: probe.seen, vxlanPort }];
  });
  const [first] = probes;
  if (hosts.length === 0) {
    return first === undefined || 'seen' in first.probe ? unseen('no hosts') : first.probe;
  }
  const maxPairs = round.options.maxPairs ?? MOST_PAIRS;
  const timing = round.options.timing ?? false;
  const view = await lookAtPaths({ ...planFor(asked, round, kernel), hosts, maxPairs, timing });
  const without = probes.flatMap(({ host, probe }) =>
    'unseen' in probe ? [`${host.name}: ${probe.unseen}`] : [],
  );
  const outside = outsideOf(asked, round);
  return seen({ ...view, outside, untried: [...without, ...view.untried] });
}

/** Returns the reason why no probe may enter containers, if none may. */
function outsideOf({ hosts }: Asked, round: Round): Unseen | undefined {
  const [first] = hosts.flatMap(({ name }) => {
    const probe = privilegedProbeOn(round, name);
    return 'unseen' in probe && probe.because === 'unasked' ? [probe] : [];
  });
  return first;
}

function planFor(
  { kind, hosts }: Asked,
  round: Round,
  kernel: (host: AskedHost) => Observed<KernelView>,
): Omit<PathsPlan, 'hosts' | 'maxPairs' | 'timing'> {
  const entered = new Set(
    hosts.flatMap(({ name }) => ('seen' in privilegedProbeOn(round, name) ? [name] : [])),
  );
  const encrypted = new Set(hosts.flatMap(encryptedNetworksOf));
  return {
    run: randomBytes(4).toString('hex'),
    kind,
    ends: endsOf({ hosts }).filter(({ host }) => entered.has(host)),
    managers: managersOf(hosts),
    kernels: kernelsOf(hosts, kernel),
    vniOf: (name, networkId) => {
      const host = hosts.find((one) => one.name === name);
      if (host === undefined || encrypted.has(networkId)) return undefined;
      // An overlay of several subnets has a device for each, and nothing here says which is whose.
      const [vxlan, another] = vxlansOf(kernel(host), networkId);
      return another === undefined ? vxlan?.vni : undefined;
    },
  };
}

/** Returns the neighbor table capacity of kernels. */
function kernelsOf(
  hosts: readonly AskedHost[],
  kernel: (host: AskedHost) => Observed<KernelView>,
): PathsPlan['kernels'] {
  return new Map(
    hosts.flatMap((host) => {
      const { before } = whatWasSeen(kernel(host))?.neighbourTable ?? {};
      return before === undefined ? [] : [[host.name, before] as const];
    }),
  );
}

function vxlansOf(kernel: Observed<KernelView>, networkId?: string) {
  return (whatWasSeen(kernel)?.overlays ?? [])
    .filter(({ idPrefix }) => networkId === undefined || networkId.startsWith(idPrefix))
    .flatMap(({ vxlans }) => vxlans);
}

function encryptedNetworksOf({ engine }: AskedHost): string[] {
  const networks = whatWasSeen(engine)?.networks ?? [];
  return networks.flatMap(({ id, options }) => ('encrypted' in options ? [id] : []));
}

/** The managers of a swarm among the hosts, each where the others find it. */
function managersOf(hosts: readonly AskedHost[]): PathsPlan['managers'] {
  const views = hosts.map((host) => ({ host, node: whatWasSeen(host.engine)?.info.swarmNode }));
  const known = new Set(views.flatMap(({ node }) => node?.managers ?? []));
  return [...known].sort().flatMap((place) => {
    const [address = '', port] = place.split(':');
    const manager = views.find(({ node }) => node?.address === address);
    return manager === undefined ? [] : [{ host: manager.host.name, address, port: Number(port) }];
  });
}
