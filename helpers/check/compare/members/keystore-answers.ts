import { type Comparison, outcomeOf, skipped } from '../../model/comparison.ts';
import type { Difference } from '../../model/difference.ts';
import { valueOf } from '../../model/observed.ts';
import { answeringHosts } from '../engines/answering-hosts.ts';

/** The store answers this machine and every host. A store that answers only the hosts is not observed, but works. */
export const keystoreAnswers: Comparison = {
  name: 'keystore-answers',
  title: 'the key-value store answers this machine and every host',
  layer: 'keystore',
  needs: 'api',
  compare: (observation) => {
    const { store, hosts } = observation;
    if ('missing' in store && store.because !== 'failed') return skipped(store);
    const reaches = hosts.flatMap(({ name, reach }) => {
      const found = valueOf(reach);
      return found === undefined ? [] : [{ name, ...found }];
    });
    const barred = reaches.filter(({ error }) => error !== undefined);
    // Engines list the networks that all of them have out of the store.
    const isRead = answeringHosts(observation).some(({ view }) =>
      view.networks.some(({ scope }) => scope === 'global'),
    );
    const isReachedBySome = isRead || barred.length < reaches.length;
    const differences: Difference[] =
      'missing' in store && !isReachedBySome
        ? [
            {
              kind: 'keystore-silent',
              where: {},
              expected: 'answers',
              observed: store.missing,
              text: `the key-value store does not answer: ${store.missing}`,
            },
          ]
        : barred.map(({ name, error, store: { address, port } }) => ({
            kind: 'keystore-silent',
            where: { host: name },
            expected: `reaches ${address}:${port}`,
            observed: error ?? '',
            text: `${name} cannot reach the key-value store at ${address}:${port}: ${error}`,
          }));
    if (differences.length === 0 && 'missing' in store) return skipped(store);
    return outcomeOf(differences, [
      ...('value' in store ? [`${store.value.version} answers this machine`] : []),
      ...reaches.map(({ name }) => `${name} reaches it`),
    ]);
  },
};
