import type { Diagnosis, Action } from '../../model/diagnosis.ts';
import type { Difference } from '../../model/difference.ts';
import { hostNamed } from '../../derive/find-host.ts';
import type { Observation } from '../../model/observation.ts';
import { losesTransport, symptomsOf } from '../../derive/path-symptoms.ts';
import { valueOf } from '../../model/observed.ts';
import { symptomsBetween, type Direction, directionOf, goesFrom } from './paths-between.ts';
import type { Rule } from '../rule.ts';

/**
 * ICMP passes, TCP and UDP come to the other container and are dropped there for their checksums: a sender has left these
 * to a network card that does not write them into packets in VXLAN.
 */
export const checksumOffload: Rule = {
  name: 'checksum-offload',
  explain: (open, observation) => {
    const { paths } = observation;
    if ('missing' in paths) return [];
    const losing = symptomsOf(paths.value).filter(losesTransport);
    const dead = open.filter(
      (one) =>
        one.kind === 'container-path-dead' &&
        losing.some(
          ({ where }) =>
            goesFrom(one, where) &&
            where.container === one.where.container &&
            where.towards === one.where.towards,
        ),
    );
    const byWay = Map.groupBy(dead, (one) => JSON.stringify(directionOf(one)));
    return [...byWay.values()].flatMap((own): Diagnosis[] => {
      const [first] = own;
      const direction = first === undefined ? undefined : directionOf(first);
      const wrong = open.filter(
        (one) =>
          one.kind === 'checksums-wrong' &&
          own.some(
            ({ where }) => where.peer === one.where.host && where.towards === one.where.container,
          ),
      );
      // Without a kernel that has counted them nothing says that checksums are to blame.
      return direction === undefined || wrong.length === 0
        ? []
        : [diagnose(own, wrong, direction, open, observation)];
    });
  },
};

function diagnose(
  dead: readonly Difference[],
  wrong: readonly Difference[],
  direction: Direction,
  open: readonly Difference[],
  observation: Observation,
): Diagnosis {
  const evidence = [...wrong, ...dead];
  return {
    code: 'checksum-offload',
    where: direction,
    summary: `TCP or UDP packets from ${direction.host} arrive at containers on ${direction.peer} with wrong checksums and are dropped there; ICMP passes`,
    evidence,
    consequences: symptomsBetween([direction], evidence, open, observation, () => false),
    action: actionFor(direction, observation),
  };
}

function actionFor({ host }: Direction, observation: Observation): Action | undefined {
  const kernel = valueOf(hostNamed(observation, host)?.kernel);
  const carrier = kernel?.carrier;
  if (kernel === undefined || carrier === undefined) return undefined;
  if (valueOf(kernel.offload)?.['tx-checksumming'] !== true) {
    return {
      kind: 'next-step',
      host,
      commands: [['nft', 'list', 'ruleset']],
      effect: `Shows the firewall rules of ${host}. Its network card ${carrier} computes no checksums, so something else on the path changes the packets.`,
    };
  }
  return {
    kind: 'fix',
    host,
    commands: [['ethtool', '-K', carrier, 'tx', 'off']],
    effect: `Makes the kernel of ${host} compute all checksums instead of ${carrier}. Needs the package ethtool.`,
  };
}
