import { ENDS_AT } from '../../model/views/application-view.ts';
import type { Command } from '../../model/command.ts';
import type { Action } from '../../model/diagnosis.ts';
import { type Difference, ofKind } from '../../model/difference.ts';
import type { Observation } from '../../model/observation.ts';
import { valueOf } from '../../model/observed.ts';
import { undoRules } from '../paths/paths-between.ts';
import { ruleFor } from '../rule.ts';
import { restartEngine } from '../services/restart-engine.ts';
import { findPortRules } from './port-rules.ts';

/** A published port that is unreachable although its container listens: the application behind it cannot answer. */
export const publishedPortUnreachable = ruleFor('port-silent', 'published-port-unreachable', {
  consequences: ({ where }, open, { expectations }) =>
    where.container === expectations.application?.container
      ? open.filter(({ kind }) => kind.startsWith('application-'))
      : [],
  action: ({ where: { host, container, service }, observed }, observation) => {
    const hop = observed[ENDS_AT];
    if (host !== undefined && (service === undefined || hop === 'host-firewall')) {
      const [rule, ...others] = findPortRules(observation, host, { container, service });
      if (rule !== undefined) return undoRules(host, [rule, ...others]);
    }
    if (hop === 'sandbox' || hop === 'gateway-bridge') return restartEngine(host);
    if (hop === 'task') {
      return {
        kind: 'next-step',
        host: valueOf(observation.swarm)?.manager,
        commands: [['docker', 'service', 'logs', '--tail', '50', service ?? '']],
        effect: 'Shows the logs of the tasks; changes nothing.',
      };
    }
    const ofService: readonly Command[] =
      hop === 'overlay'
        ? [['nsenter', '--net=/run/docker/netns/ingress_sbox', 'ip', 'neigh']]
        : [['iptables', '-vnL', 'FORWARD']];
    const ofContainer: readonly Command[] = [
      ['docker', 'port', container ?? ''],
      ['iptables', '-vnL', 'DOCKER-USER'],
    ];
    return {
      kind: 'next-step',
      host,
      commands: service === undefined ? ofContainer : ofService,
      effect: `Shows how ${host ?? 'the host'} handles traffic to the port; changes nothing.`,
    };
  },
});

/** An answer that comes from elsewhere: that it may be wrong as well is no wonder. */
export const applicationNotFromDatabase = ruleFor(
  'application-without-database',
  'application-not-from-database',
  { consequences: (_, open) => ofKind(open, 'application-mismatch'), action: showLog },
);

/** The application does not answer, or with an error, and nothing below it is known to be wrong. */
export const applicationError = ruleFor('application-fails', 'application-error', {
  action: showLog,
});

/** The application gives an unexpected answer. */
export const applicationWrongAnswer = ruleFor('application-mismatch', 'application-wrong-answer', {
  action: showLog,
});

/** Only its own log knows more. */
function showLog(
  { where: { host, container } }: Difference,
  { expectations }: Observation,
): Action | undefined {
  if (container === undefined) return undefined;
  const database = expectations.application?.database;
  const also = database === undefined ? '' : ` The log of ${database} may help too.`;
  return {
    kind: 'next-step',
    host,
    commands: [['docker', 'logs', '--tail', '50', container]],
    effect: `Shows the log of the application; changes nothing.${also}`,
  };
}
