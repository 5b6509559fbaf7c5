import type { ContainerFacts } from '../../../docker/containers/container-facts.ts';
import { firstLine } from '../../../process/errors/harness-error.ts';
import { textOf } from '../../probe/probe.ts';
import type { ContainerNamespace, KernelView } from '../../model/views/kernel-view.ts';
import { parseHosts, parseNameServers } from '../names/name-files.ts';
import { type KernelAccess, query } from './query-kernel.ts';
import { readLinks, readRoutes } from './ip-answers.ts';

/** Reads the namespaces and files of these running containers. */
export async function readContainers(
  access: KernelAccess,
  containers: readonly ContainerFacts[],
): Promise<Pick<KernelView, 'containers' | 'unreadContainers'>> {
  const read = await Promise.allSettled(containers.map((one) => readContainer(access, one)));
  return {
    containers: read.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : [])),
    unreadContainers: read.flatMap((one, index) => {
      const { id: containerId = '' } = containers[index] ?? {};
      return one.status === 'fulfilled' ? [] : [{ containerId, why: firstLine(one.reason) }];
    }),
  };
}

async function readContainer(
  access: KernelAccess,
  { id: containerId, pid }: ContainerFacts,
): Promise<ContainerNamespace> {
  const { probe, signal } = access;
  const files = ['etc/resolv.conf', 'etc/hosts'].map((name) => `/proc/${pid}/root/${name}`);
  const [links, routes, [resolv, hosts]] = await Promise.all([
    query(access, { pid }, ['ip', '-j', '-d', '-s', 'address', 'show'], readLinks),
    query(access, { pid }, ['ip', '-4', '-j', 'route', 'show', 'table', 'all'], readRoutes),
    probe.read(files, { signal }),
  ]);
  return {
    containerId,
    links: links.map(({ link }) => link),
    routes,
    nameServers: parseNameServers(textOf(resolv)),
    hostsFile: parseHosts(textOf(hosts)).flatMap(({ address, names }) =>
      names.map((name) => ({ name, address })),
    ),
  };
}
