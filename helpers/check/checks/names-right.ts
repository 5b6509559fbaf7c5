import { type Check, outcomeOf, skipped } from '../check.ts';
import type { Difference } from '../difference.ts';
import type { NameAnswer } from '../observe/names.ts';

/** Every container finds every other on its networks by name, at the address that its engine says. */
export const namesRight: Check = {
  name: 'names-right',
  title: 'every container finds the others of its networks by name, where they are',
  layer: 'names',
  needs: 'privileged-probe',
  compare: ({ names }) => {
    if ('unseen' in names) return skipped(names);
    const { answers, blind } = names.seen;
    const differences = answers.flatMap((answer) => findWrong(answer) ?? []);
    const [first] = blind;
    if (differences.length === 0 && first !== undefined) {
      const reason = `containers of ${first.host} could not be asked: ${first.why}`;
      return { state: 'skipped', reason, because: 'impossible' };
    }
    return outcomeOf(
      differences,
      answers.map(
        ({ container, host, name, answers: found = [] }) =>
          `${container} on ${host} finds ${name} at ${found.join(', ')}`,
      ),
    );
  },
};

function findWrong(answer: NameAnswer): Difference | undefined {
  const { host, peer, network, container, towards, name, expected, answers, from, error } = answer;
  const where = { host, peer, network, container, towards };
  if (answers === undefined || answers.length === 0) {
    const why = error === undefined ? 'there is no address in the answer' : error;
    return {
      kind: 'name-unanswered',
      where,
      expected: { name, addresses: expected },
      observed: { answers: answers ?? null, error: error ?? null },
      text: `${container} on ${host} does not find ${name}, which is ${expected.join(', ')} on ${peer} (${why})`,
    };
  }
  const other = answers.filter((address) => !expected.includes(address));
  if (other.length === 0) return undefined;
  const source = from === 'hosts-file' ? 'by its own /etc/hosts' : 'by its name server';
  return {
    kind: 'name-other',
    where,
    expected: { name, addresses: expected },
    observed: { answers, from },
    text: `${container} on ${host} finds ${name} at ${answers.join(', ')} ${source}; it is ${expected.join(', ')} on ${peer}`,
  };
}
