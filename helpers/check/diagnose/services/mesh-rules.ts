import type { Command } from '../../model/command.ts';
import type { Diagnosis } from '../../model/diagnosis.ts';
import { type Difference, ofKind } from '../../model/difference.ts';
import type { Rule } from '../rule.ts';
import { ruleForGroups } from '../rule.ts';
import { eachOnce } from './each-once.ts';

/** A host without a firewall rule for ports in the routing mesh: connections to them get no answer. */
export const ingressRuleMissing: Rule = ruleForGroups(
  'mesh-rule-missing',
  'ingress-rule-missing',
  ({ where: { host } }) => host,
  (evidence, open): Omit<Diagnosis, 'code' | 'evidence'> => {
    const [{ where, text }, ...others] = evidence;
    const services = new Set(evidence.map((one) => one.where.service));
    const more = others.length === 0 ? '' : `, nor those to ${others.length} more ports`;
    return {
      where: { host: where.host, ...(services.size === 1 ? { service: where.service } : {}) },
      summary: `${text}${more}`,
      consequences: ofKind(open, 'port-silent').filter(
        (one) => one.where.host === where.host && services.has(one.where.service),
      ),
      action: {
        kind: 'fix',
        host: where.host,
        ...(restoreRules(evidence) ?? {
          commands: [['systemctl', 'restart', 'docker']],
          effect:
            'Restarts the engine, which then writes its firewall rules again. The tasks of this node are replaced.',
        }),
      },
    };
  },
);

function restoreRules(evidence: readonly Difference<'mesh-rule-missing'>[]) {
  const nat = ['iptables', '-t', 'nat', '-I'] as const;
  const commands = evidence.map(({ expected, observed }): Command | undefined => {
    const { protocol, port, destination } = expected;
    if (observed.missing === 'jump') {
      return [
        ...nat,
        'PREROUTING',
        '-m',
        'addrtype',
        '--dst-type',
        'LOCAL',
        '-j',
        'DOCKER-INGRESS',
      ];
    }
    if (observed.missing === 'chain' || destination === null) return undefined;
    const to = ['-j', 'DNAT', '--to-destination', `${destination}:${port}`];
    return [...nat, 'DOCKER-INGRESS', '-p', protocol, '--dport', `${port}`, ...to];
  });
  const restored = eachOnce(commands);
  if (restored === undefined) return undefined;
  return {
    commands: restored,
    effect: 'Writes the lost firewall rules again, as the engine had done.',
    restores: { namespace: 'host', commands: restored },
  };
}
