import { type Comparison, outcomeOf, skipped } from '../../model/comparison.ts';
import { isRightAnswer } from '../../derive/name-answers.ts';
import { lostNetworks } from '../../derive/lost-networks.ts';
import type { Difference } from '../../model/difference.ts';
import type { NameAnswer } from '../../model/views/names-view.ts';

/** Every container finds every other on its networks by name, at the address that its engine says. */
export const namesRight: Comparison = {
  name: 'names-right',
  title: 'every container resolves the names of the others on its networks',
  layer: 'names',
  needs: 'privileged-probe',
  compare: (observation) => {
    const { names } = observation;
    if ('missing' in names) return skipped(names);
    const { answers, blind } = names.value;
    const differences = answers.flatMap((answer) => findWrong(answer) ?? []);
    const [first] = blind;
    if (differences.length === 0 && first !== undefined) {
      const reason = `containers on ${first.host} could not be examined: ${first.why}`;
      return { state: 'skipped', reason, because: 'failed' };
    }
    const lost = lostNetworks(observation);
    if (differences.length === 0 && lost !== undefined) return skipped(lost);
    return outcomeOf(
      differences,
      answers.map(
        ({ container, host, name, answers: found = [] }) =>
          `${container} on ${host} resolves ${name} to ${found.join(', ')}`,
      ),
    );
  },
};

function findWrong(answer: NameAnswer): Difference | undefined {
  const { host, peer, network, container, towards, name, expected, answers, from, error } = answer;
  if (isRightAnswer(answer)) return undefined;
  const where = { host, peer, network, container, towards };
  if (answers === undefined || answers.length === 0) {
    const why = error === undefined ? 'no address in the answer' : error;
    return {
      kind: 'name-unanswered',
      where,
      expected: { name, addresses: expected },
      observed: { answers: answers ?? null, error: error ?? null },
      text: `${container} on ${host} cannot resolve ${name}, which is ${expected.join(', ')} on ${peer} (${why})`,
    };
  }
  const source = from === 'hosts-file' ? 'from its /etc/hosts' : 'from its name server';
  return {
    kind: 'name-mismatch',
    where,
    expected: { name, addresses: expected },
    observed: { answers, from },
    text: `${container} on ${host} resolves ${name} to ${answers.join(', ')} ${source}; it is ${expected.join(', ')} on ${peer}`,
  };
}
