import { expect, test } from 'vitest';
import {
  createFlags,
  driverIn,
} from '../../../../../helpers/cli/netns-machine/create/create-flags.ts';

test.each([
  ['-d none m', {}, 'none'],
  ['--driver none m', {}, 'none'],
  ['-d=none m', {}, 'none'],
  ['m --driver=none', {}, 'none'],
  ['m', { MACHINE_DRIVER: 'none' }, 'none'],
  ['-d netns m', { MACHINE_DRIVER: 'none' }, 'netns'],
  ['m', {}, 'netns'],
  ['-d', {}, 'netns'],
])('create %s with %j is about the driver %s', (line, environment, driver) => {
  expect(driverIn(line.split(' '), environment)).toBe(driver);
});

test('each driver has only its own options, in alphabetical order', () => {
  expect(names('none')).toContain('url');
  expect(names('none').filter((name) => name.startsWith('netns-'))).toEqual([]);
  expect(names('netns')).not.toContain('url');
  expect(names('netns')).toEqual(names('netns').toSorted());
  expect(createFlags('virtualbox')).toBeUndefined();
});

function names(driver: string): string[] {
  return createFlags(driver)?.map((flag) => flag.names[0]) ?? [];
}
