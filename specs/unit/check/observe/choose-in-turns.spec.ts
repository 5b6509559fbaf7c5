import { describe, expect, test } from 'vitest';
import { chooseInTurns } from '../../../../helpers/check/observe/choose-in-turns.ts';

const names = Array.from({ length: 240 }, (_, index) => `c${index}`);
const questions = names.flatMap((client) =>
  names.filter((name) => name !== client).map((name) => ({ client, name })),
);

describe('A choice in turns', () => {
  test('has each client, and each name', () => {
    const chosen = chooseInTurns(questions, ({ client }) => client, 1000);
    expect(chosen).toHaveLength(1000);
    expect(new Set(chosen).size).toBe(1000);
    expect(new Set(chosen.map(({ client }) => client)).size).toBe(240);
    expect(new Set(chosen.map(({ name }) => name)).size).toBe(240);
  });

  test('is everything, in its order, if that is little enough', () => {
    expect(chooseInTurns(questions, ({ client }) => client, questions.length)).toEqual(questions);
  });

  test('continues with the clients that have more questions', () => {
    const few = [...questions.slice(0, 100), ...questions.slice(239, 241)];
    const chosen = chooseInTurns(few, ({ client }) => client, 50);
    expect(chosen.filter(({ client }) => client === 'c1')).toHaveLength(2);
    expect(chosen.filter(({ client }) => client === 'c0')).toHaveLength(48);
  });
});
