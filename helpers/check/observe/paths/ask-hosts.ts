import type { TrialRequest } from '../../probe/packets.ts';
import type { ManagerTrial } from '../../model/paths-view.ts';
import type { Station } from './probe-host.ts';
import type { NumberTrial } from './trial-plan.ts';

/** An ordered pair of hosts. */
export interface HostPair {
  readonly asker: Station;
  readonly receiver: Station;
  readonly destination: string;
}

/** Returns all ordered pairs of hosts. */
export function hostPairsOf(stations: readonly Station[]): HostPair[] {
  return stations.flatMap((asker) =>
    stations.flatMap((receiver): HostPair[] => {
      const { address: destination } = receiver;
      return asker === receiver || destination === undefined
        ? []
        : [{ asker, receiver, destination }];
    }),
  );
}

/** The result of a request to a host's port. */
export type Answer = { readonly answered: boolean; readonly error: string | undefined } | undefined;

/** Returns the reason why it was not answered. */
export function failureOf(answer: Answer, otherwise: string): string | undefined {
  return answer?.answered === true ? undefined : (answer?.error ?? otherwise);
}

/** Sends a request to that port of the other host of each pair, in parallel. */
export async function askHosts(
  pairs: readonly Pick<HostPair, 'asker' | 'destination'>[],
  protocol: 'ping' | 'connect',
  port: number,
  number: NumberTrial,
): Promise<Answer[]> {
  const asked = pairs.map(({ asker, destination }) => {
    const common = { namespace: 'host', source: '0.0.0.0', size: 0 } as const;
    const question: TrialRequest = { id: number(), protocol, destination, port, ...common };
    return { asker, question };
  });
  const answers = new Map<string, Answer>();
  await Promise.all(
    [...Map.groupBy(asked, ({ asker }) => asker)].map(async ([{ packets }, own]) => {
      const results = await packets.request(own.map(({ question }) => question));
      const late = results.filter(({ answered }) => !answered).map(({ id }) => id);
      const again = late.length === 0 ? [] : await packets.results(late);
      for (const one of [...results, ...again]) answers.set(one.id, one);
    }),
  );
  return asked.map(({ question }) => answers.get(question.id));
}

/** Tells if each host reaches the port of each manager. */
export async function connectToManagers(
  stations: readonly Station[],
  managers: readonly { readonly host: string; readonly address: string; readonly port: number }[],
  number: NumberTrial,
): Promise<ManagerTrial[]> {
  const pairs = stations.flatMap((asker) =>
    managers
      .filter(({ host }) => host !== asker.host)
      .map(({ host, address: destination, port }) => ({ asker, host, destination, port })),
  );
  const results = await Promise.all(
    pairs.map(async (pair) => (await askHosts([pair], 'connect', pair.port, number))[0]),
  );
  return pairs.map(({ asker, host, port }, index) => {
    const error = failureOf(results[index], 'no connection');
    return { from: asker.host, to: host, port, answered: error === undefined, error };
  });
}
