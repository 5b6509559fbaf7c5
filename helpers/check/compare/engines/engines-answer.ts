import type { Pulse } from '../../model/observation.ts';
import { type Comparison, outcomeOf } from '../../model/comparison.ts';
import type { Difference } from '../../model/difference.ts';
import { answeringHosts } from './answering-hosts.ts';

const inWords: Readonly<Record<Pulse, string>> = {
  answers: 'answers',
  invalid: 'gives an impossible answer, so nothing it reports is used',
  hangs: 'reports its version, but hangs on other requests',
  silent: 'does not answer',
};

/** Every engine answers all requests. */
export const enginesAnswer: Comparison = {
  name: 'engines-answer',
  title: 'every engine answers',
  layer: 'engines',
  needs: 'api',
  compare: (observation) => {
    const silent = observation.hosts.flatMap(({ name, pulse, engine }): Difference[] => {
      if ('value' in engine) return [];
      const text = `the engine of ${name} ${inWords[pulse]}: ${engine.missing}`;
      return [
        {
          kind: 'engine-silent',
          where: { host: name },
          expected: 'answers',
          observed: pulse,
          text,
        },
      ];
    });
    const evidence = answeringHosts(observation).map(
      ({ host, info }) => `${host.name}: engine ${info.serverVersion} on ${info.operatingSystem}`,
    );
    return outcomeOf(silent, evidence);
  },
};
