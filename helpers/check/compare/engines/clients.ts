import { type Comparison, outcomeOf, skipped } from '../../model/comparison.ts';
import type { Difference } from '../../model/difference.ts';
import { valueOf, withoutValue } from '../../model/observed.ts';

/** No engine refuses a container that uses its API: a reverse proxy without it sees no services, and answers with 404. */
export const clientsSupported: Comparison = {
  name: 'clients-supported',
  title: 'no engine refuses requests of a container because its version of the API is too old',
  layer: 'engines',
  needs: 'api',
  compare: ({ hosts }) => {
    const answering = hosts.flatMap(({ name: host, engine }) => {
      const view = valueOf(engine);
      return view === undefined ? [] : [{ host, clients: view.refusedClients }];
    });
    const differences = answering.flatMap(({ host, clients = [] }) =>
      clients.map(({ container, image, version, oldest }): Difference => {
        return {
          kind: 'client-refused',
          where: { host, container },
          expected: { oldest },
          observed: { version, image },
          text: `the engine of ${host} refuses requests of ${container} (${image}): it uses version ${version} of the API, and the engine supports ${oldest} and newer`,
        };
      }),
    );
    const unread = answering.find(({ clients }) => clients === undefined);
    if (differences.length === 0 && unread !== undefined) {
      return skipped(withoutValue(`the engine of ${unread.host} did not answer a second time`));
    }
    return outcomeOf(
      differences,
      answering.map(({ host }) => `${host}: no refused client`),
    );
  },
};
