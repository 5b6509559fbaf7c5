import type { Difference } from '../../model/difference.ts';
import { knownAddressOf } from '../../derive/find-host.ts';
import type { Observation } from '../../model/observation.ts';
import type { Action } from '../../model/diagnosis.ts';
import { isApplicationSymptom, isAt } from '../consequences.ts';
import { ruleFor } from '../rule.ts';

/** An engine that does not answer: it counts as the cause of everything else that is wrong with its host. */
export const engineUnreachable = ruleFor('engine-silent', 'engine-unreachable', {
  applies: ({ observed }) => observed === 'silent' || observed === 'invalid',
  consequences: (silence, open, observation) =>
    open.filter(
      (one) =>
        one !== silence &&
        (isAt(one, silence.where.host) ||
          isApplicationSymptom(one, observation, silence.where.host)),
    ),
  action: findAction,
});

function findAction(
  { observed, where: { host } }: Difference<'engine-silent'>,
  observation: Observation,
): Action {
  if (observed === 'invalid') {
    return {
      kind: 'next-step',
      host,
      commands: [],
      effect:
        'Find out which program answers there: no Docker Engine reports such a value. Trust nothing from this host until then.',
    };
  }
  const engine = observation.hosts.find(({ name }) => name === host)?.engine;
  const error = engine !== undefined && 'missing' in engine ? engine.error : undefined;
  if (error === 'certificate-expired') {
    return {
      kind: 'next-step',
      host,
      commands: [],
      effect: `Renew the certificate of the engine ("docker-machine regenerate-certs -f ${host}" for docker-machine), or correct the clock that is wrong.`,
    };
  }
  if (error === 'engine-stopped') {
    return {
      kind: 'fix',
      host,
      commands: [['systemctl', 'restart', 'docker']],
      effect: 'Restarts the engine. "journalctl -u docker" shows why it stopped.',
    };
  }
  const address = knownAddressOf(observation, host);
  return {
    kind: 'next-step',
    commands: [['ping', '-c', '3', address ?? host ?? '']],
    effect:
      'Shows whether the host is reachable. If not, start it or restore the network path to it.',
  };
}
