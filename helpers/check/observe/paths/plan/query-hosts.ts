import type { TrialRequest } from '../../../probe/packets.ts';
import type { ManagerTrial } from '../../../model/views/paths-view.ts';
import type { ProbeHost } from './probe-host.ts';
import type { NumberTrial } from './trial-plan.ts';

/** An ordered pair of hosts. */
export interface HostPair {
  readonly sender: ProbeHost;
  readonly receiver: ProbeHost;
  readonly destination: string;
}

/** Returns all ordered pairs of hosts. */
export function hostPairsOf(probeHosts: readonly ProbeHost[]): HostPair[] {
  return probeHosts.flatMap((sender) =>
    probeHosts.flatMap((receiver): HostPair[] => {
      const { address: destination } = receiver;
      return sender === receiver || destination === undefined
        ? []
        : [{ sender, receiver, destination }];
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
export async function queryHosts(
  pairs: readonly Pick<HostPair, 'sender' | 'destination'>[],
  protocol: 'ping' | 'connect',
  port: number,
  number: NumberTrial,
): Promise<Answer[]> {
  const asked = pairs.map(({ sender, destination }) => {
    const common = { namespace: 'host', source: '0.0.0.0', size: 0 } as const;
    const question: TrialRequest = { id: number(), protocol, destination, port, ...common };
    return { sender, question };
  });
  const answers = new Map<string, Answer>();
  await Promise.all(
    [...Map.groupBy(asked, ({ sender }) => sender)].map(async ([{ packets }, own]) => {
      const results = await packets.request(own.map(({ question }) => question));
      const late = results.filter(({ answered }) => !answered).map(({ id }) => id);
      const again = late.length === 0 ? [] : await packets.results(late);
      for (const one of [...results, ...again]) answers.set(one.id, one);
    }),
  );
  return asked.map(({ question }) => answers.get(question.id));
}

/** Connects from each host to the port of each manager. */
export async function connectToManagers(
  probeHosts: readonly ProbeHost[],
  managers: readonly { readonly host: string; readonly address: string; readonly port: number }[],
  number: NumberTrial,
): Promise<ManagerTrial[]> {
  const pairs = probeHosts.flatMap((sender) =>
    managers
      .filter(({ host }) => host !== sender.host)
      .map(({ host, address: destination, port }) => ({ sender, host, destination, port })),
  );
  const results = await Promise.all(
    pairs.map(async (pair) => (await queryHosts([pair], 'connect', pair.port, number))[0]),
  );
  return pairs.map(({ sender, host, port }, index) => {
    const error = failureOf(results[index], 'no connection');
    return { from: sender.host, to: host, port, answered: error === undefined, error };
  });
}
