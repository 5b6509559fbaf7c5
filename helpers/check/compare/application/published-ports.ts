import { type Comparison, outcomeOf, skipped } from '../../model/comparison.ts';
import type { Difference } from '../../model/difference.ts';
import type { PortAnswer } from '../../model/views/application-view.ts';

/** The TCP ports that containers publish are open from outside of their hosts. */
export const publishedPorts: Comparison = {
  name: 'published-ports',
  title: 'published ports are reachable from outside their hosts',
  layer: 'application',
  needs: 'api',
  compare: ({ application }) => {
    if ('missing' in application) return skipped(application);
    const { ports } = application.value;
    const byPort = Map.groupBy(ports, ({ address }) => address);
    return outcomeOf(
      [...byPort.values()].flatMap(findSilent),
      ports.map(({ address, container, from, error, isListening }) => {
        const what = error === undefined ? 'reaches' : 'does not reach';
        const why = isListening === false ? ', where nothing listens' : '';
        return `${from ?? 'this machine'} ${what} ${address} (${container})${why}`;
      }),
    );
  },
};

/** Returns unreachable ports. If the container itself does not listen, its program is the cause, and the port is left out. */
function findSilent(answers: readonly PortAnswer[]): Difference[] {
  const [first] = answers;
  const silent = answers.filter(
    ({ error, isListening }) => error !== undefined && isListening !== false,
  );
  if (first === undefined || silent.length === 0) return [];
  const { host, container, address, containerPort } = first;
  const told = silent.map(({ from, error }) => `${from ?? 'this machine'}: ${error}`);
  return [
    {
      kind: 'port-silent',
      where: { host, container },
      expected: 'accepts connections',
      observed: Object.fromEntries(
        answers.map(({ from, error }) => [from ?? 'this machine', error ?? 'connected']),
      ),
      text: `${address} (port ${containerPort} of ${container}) is unreachable${silent.length === answers.length ? '' : ' from some places'}: ${told.join(', ')}`,
    },
  ];
}
