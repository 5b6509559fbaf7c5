import { expect, test } from 'vitest';
import { typePage } from './type-page.ts';

const blocks = await typePage('specs/walkthrough/walkthrough.md');

test('the walk-through has the four steps of the tutorial, and ends with the car', () => {
  const parts = new Set(blocks.map(({ part }) => part.split(':')[0]));
  expect([...parts]).toEqual(expect.arrayContaining(['Step 1', 'Step 2', 'Step 3', 'Step 4']));
  expect(blocks.filter(({ output }) => output.includes('"carName":"Cruiser"'))).toHaveLength(1);
});
