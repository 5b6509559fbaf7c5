import type { Difference } from '../difference.ts';
import { knownAddressOf } from '../find-host.ts';
import type { Observation } from '../observation.ts';
import type { Remedy } from '../diagnosis.ts';
import { isApplicationCut, isAt } from './consequences.ts';
import type { Rule } from './rule.ts';

/** An engine that does not answer: whatever else is wrong with its host comes of that, as far as can be known. */
export const engineUnreachable: Rule = {
  name: 'engine-unreachable',
  explain: (open, observation) =>
    open
      .filter(
        ({ kind, observed }) =>
          kind === 'engine-silent' && (observed === 'silent' || observed === 'invalid'),
      )
      .map((silence) => {
        const { host } = silence.where;
        return {
          code: 'engine-unreachable',
          where: silence.where,
          summary: silence.text,
          evidence: [silence],
          consequences: open.filter(
            (one) =>
              one !== silence && (isAt(one, host) || isApplicationCut(one, observation, host)),
          ),
          remedy: findRemedy(silence, observation),
        };
      }),
};

function findRemedy(
  { text, observed, where: { host } }: Difference,
  observation: Observation,
): Remedy {
  if (observed === 'invalid') {
    return {
      kind: 'next-step',
      host,
      commands: [],
      effect:
        'find out who answers there: no engine of Docker reports such a value. Trust nothing that this host says until then',
    };
  }
  if (/certificate .* is not valid now/.test(text)) {
    return {
      kind: 'next-step',
      host,
      commands: [],
      effect: `renew the certificate of its engine ("docker-machine regenerate-certs -f ${host}" for a machine of docker-machine), or set the clock that is wrong`,
    };
  }
  if (/refused|closed the connection|not stuck/.test(text)) {
    return {
      kind: 'fix',
      host,
      commands: [['systemctl', 'restart', 'docker']],
      effect: 'starts its engine anew; journalctl -u docker says why it had ended',
    };
  }
  const address = knownAddressOf(observation, host);
  return {
    kind: 'next-step',
    commands: [['ping', '-c', '3', address ?? host ?? '']],
    effect: 'tells whether the host itself is there: start it, or mend the way to it',
  };
}
