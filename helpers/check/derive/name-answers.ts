import type { NameAnswer } from '../model/views/names-view.ts';

type Answer = Pick<NameAnswer, 'answers' | 'expected'>;

/** Returns the answered addresses that the container with the name does not have. */
export function wrongAddressesOf({ answers = [], expected }: Answer): string[] {
  return answers.filter((address) => !expected.includes(address));
}

/** Returns true if a lookup had an answer, and no wrong address in it. */
export function isRightAnswer(answer: Answer): boolean {
  return (answer.answers ?? []).length > 0 && wrongAddressesOf(answer).length === 0;
}
