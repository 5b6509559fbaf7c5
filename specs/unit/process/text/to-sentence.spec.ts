import { expect, test } from 'vitest';
import { toSentence } from '../../../../helpers/process/text/to-sentence.ts';

test.each([
  ['start its engine', 'Start its engine.'],
  ['Start its engine. Then try again.', 'Start its engine. Then try again.'],
  ['is a variable unset?', 'Is a variable unset?'],
  ['docker node ls shows them', 'docker node ls shows them.'],
  ['docker-machine ls shows them', 'docker-machine ls shows them.'],
  ['`docker-machine rm -f a` deletes it', '`docker-machine rm -f a` deletes it.'],
  ['E2E_SUBNET names another', 'E2E_SUBNET names another.'],
  ['', '.'],
])('The hint "%s" becomes the sentence "%s"', (hint, sentence) => {
  expect(toSentence(hint)).toBe(sentence);
});
