import { expect, test } from 'vitest';
import {
  chooseContainer,
  type NamedContainer,
} from '../../../helpers/topology/target/running-places.ts';

const task = 'abcdefghijklmnopqrstuvwxy';
const container = (machine: string, name: string, more: Partial<NamedContainer> = {}) => ({
  machine,
  name,
  id: `${machine}${name}`.replaceAll(/\W/g, '').padEnd(64, '0'),
  service: undefined,
  isRunning: true,
  ...more,
});
const all: readonly NamedContainer[] = [
  container('a', 'web'),
  container('b', 'web'),
  container('a', 'db'),
  container('a', `shop.1.${task}`, { service: 'shop', isRunning: false }),
  container('b', `shop.2.${task}`, { service: 'shop' }),
];
const choose = (word: string) => {
  const { machine, name } = chooseContainer(word, ['a', 'b'], all);
  return `${machine}/${name}`;
};

test('A container is found by its name, on its machine, by its ID, and as a task', () => {
  expect(choose('db')).toBe('a/db');
  expect(choose('b/web')).toBe('b/web');
  expect(choose('adb000000000')).toBe('a/db');
  expect(choose('shop.1')).toBe(`a/shop.1.${task}`);
});

test('A service means one of its running tasks', () => {
  expect(choose('shop')).toBe(`b/shop.2.${task}`);
});

test('A name of two containers is an error with both, and an unknown one with a similar one', () => {
  expect(() => choose('web')).toThrow(/name one of a\/web, b\/web/i);
  expect(() => choose('sohp')).toThrow(/Did you mean "shop"\?/);
});
