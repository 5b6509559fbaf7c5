import type { Comparison } from '../../model/comparison.ts';
import type { Difference } from '../../model/difference.ts';
import type { PathsView } from '../../model/views/paths-view.ts';
import { losesTransport, symptomsOf } from '../../derive/path-symptoms.ts';
import { insideOutcome } from './paths-outcome.ts';

/** No container drops packets of the probes because of wrong checksums. */
export const checksums: Comparison = {
  name: 'checksums',
  title: 'no packet arrives at a container with a wrong checksum',
  layer: 'paths',
  needs: 'privileged-probe',
  compare: (observation) =>
    insideOutcome(observation, (paths) => ({
      differences: findWrong(paths),
      evidence: [...new Set(symptomsOf(paths).map(({ where }) => where.towards))].map(
        (container) => `${container}: none`,
      ),
    })),
};

function findWrong(paths: PathsView): Difference[] {
  const losing = symptomsOf(paths).filter(losesTransport);
  return paths.checksumErrors.flatMap(({ host, container, tcp, udp }): Difference[] => {
    const isLosing = losing.some(({ where }) => where.peer === host && where.towards === container);
    if (!isLosing) return [];
    return [
      {
        kind: 'checksums-wrong',
        where: { host, container },
        expected: { tcp: 0, udp: 0 },
        observed: { tcp, udp },
        text: `${container} on ${host} dropped ${tcp} TCP and ${udp} UDP packets with wrong checksums during the probes`,
      },
    ];
  });
}
