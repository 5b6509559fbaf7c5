import type { Remedy } from '../../model/diagnosis.ts';
import type { Difference } from '../../model/difference.ts';
import type { Observation } from '../../model/observation.ts';
import { valueOf } from '../../model/observed.ts';
import { answeringHosts } from '../../compare/engines/answering-hosts.ts';
import { symptomKinds, isAt } from '../consequences.ts';
import type { Rule } from '../rule.ts';

/** A network that a host, or the whole cluster, does not have. */
export const networkMissing: Rule = {
  name: 'network-missing',
  explain: (open, observation) =>
    open
      .filter(({ kind }) => kind === 'network-absent')
      .map((absent) => {
        const { host, network } = absent.where;
        return {
          code: 'network-missing',
          where: absent.where,
          summary: absent.text,
          evidence: [absent],
          consequences: open.filter(
            (one) =>
              (symptomKinds.has(one.kind) || one.kind === 'container-elsewhere') &&
              one.where.network === network &&
              (host === undefined || isAt(one, host)),
          ),
          remedy:
            host === undefined ? makeNetwork(network, observation) : lookAgain(absent, observation),
        };
      }),
};

function makeNetwork(name = '', observation: Observation): Remedy {
  const { expectations, kind, swarm } = observation;
  const subnet = expectations.networks?.find((one) => one.name === name)?.subnet;
  const words = [
    ...(kind === 'swarm-mode' ? ['--attachable'] : []),
    ...(subnet === undefined ? [] : [`--subnet=${subnet}`]),
    name,
  ];
  return {
    kind: 'fix',
    host: valueOf(swarm)?.manager ?? answeringHosts(observation)[0]?.host.name,
    commands: [['docker', 'network', 'create', '--driver', 'overlay', ...words]],
    effect: 'Creates the network. The other hosts learn about it automatically.',
  };
}

function lookAgain({ where: { host } }: Difference, { kind }: Observation): Remedy {
  return {
    kind: 'fix',
    host,
    commands: [['systemctl', 'restart', 'docker']],
    effect:
      kind === 'swarm-mode'
        ? 'Restarts the engine, which then asks the managers again.'
        : 'Restarts the engine, which then reads the store again.',
  };
}
