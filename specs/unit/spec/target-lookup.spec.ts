import { expect, test } from 'vitest';
import { areExpected, type TargetLookup } from '../../../helpers/spec/matchers/target-lookup.ts';

const lookup: TargetLookup = {
  from: {} as never,
  target: 'web',
  who: 'shop (counter)',
  over: '',
  addresses: ['10.1.0.2', '10.1.0.3', '10.2.0.2'],
};

test('a container has all of its expected addresses, and no other', () => {
  expect(areExpected(['10.2.0.2', '10.1.0.3', '10.1.0.2'], lookup)).toBe(true);
  for (const found of [[], ['10.1.0.2'], ['10.1.0.2', '10.1.0.3', '10.2.0.9']]) {
    expect(areExpected(found, lookup), String(found)).toBe(false);
  }
  expect(areExpected(['10.9.0.1'], { ...lookup, addresses: undefined })).toBe(true);
  expect(areExpected([], { ...lookup, addresses: undefined })).toBe(false);
});

test('a service has the addresses of one of its networks, and not some of each', () => {
  const alternatives = [['10.1.0.2', '10.1.0.3'], ['10.2.0.2']];
  const service = { ...lookup, alternatives };
  expect(areExpected(['10.1.0.3', '10.1.0.2'], service)).toBe(true);
  expect(areExpected(['10.2.0.2'], service)).toBe(true);
  for (const found of [[], ['10.1.0.2'], ['10.1.0.2', '10.2.0.2'], ['10.9.0.1']]) {
    expect(areExpected(found, service), String(found)).toBe(false);
  }
  expect(areExpected(['10.1.0.2'], { ...service, addresses: [], alternatives: [] })).toBe(false);
});
