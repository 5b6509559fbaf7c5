import { samplesOf } from '../../check/derive/sampling.ts';
import { valueOf } from '../../check/model/observed.ts';
import type { AuditReport } from '../../check/model/report.ts';
import { mapCluster } from './cluster-map.ts';
import { countOf } from './count-of.ts';
import { painter, type TextLayout, wrapText } from './text-layout.ts';

/** Lists the examined objects in one sentence, because a result is only as good as its basis. */
export function renderLooks({ observation }: AuditReport, layout: TextLayout): string[] {
  const { hosts, networks, keystore: store } = mapCluster(observation);
  const asked = hosts.filter(({ engineVersion }) => engineVersion !== undefined);
  const versions = new Set(asked.map(({ engineVersion }) => engineVersion));
  const kernels = observation.hosts.filter(({ kernel }) => 'value' in kernel).length;
  const names = valueOf(observation.names)?.answers.length ?? 0;
  const paths = valueOf(observation.paths);
  const probes =
    paths === undefined
      ? 0
      : [paths.hostTrials, paths.gossip, paths.tunnels, paths.trials, paths.isolation].flat()
          .length;
  const { overCapacity } = paths?.pairs ?? {};
  const looks = [
    `${countOf(asked.length, 'engine')}${versions.size === 0 ? '' : ` (${[...versions].join(', ')})`}`,
    ...(store?.version === undefined ? [] : [store.version]),
    countOf(networks.length, 'overlay network'),
    countOf(hosts.flatMap(({ containers }) => containers).length, 'container'),
    ...(kernels === 0 ? [] : [countOf(kernels, 'kernel')]),
    ...(names === 0 ? [] : [countOf(names, 'name')]),
    ...(probes === 0 ? [] : [countOf(probes, 'live probe')]),
    ...samplesOf(observation).map(
      ({ what, examined, all, chosen }) =>
        `${examined} of ${all} ${what} (${chosen}${what === 'pairs of containers' ? tellRoom(overCapacity) : ''})`,
    ),
  ];
  const paint = painter(layout);
  const lines = wrapText(`Examined: ${looks.join(', ')}`, layout, '', 0);
  return lines.map((line) => paint('dim', line));
}

function tellRoom(withoutRoom = 0): string {
  return withoutRoom === 0 ? '' : '; more would exceed the neighbor table capacity of a kernel';
}
