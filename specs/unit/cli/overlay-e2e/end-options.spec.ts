import { expect, test } from 'vitest';
import { endOptions } from '../../../../helpers/cli/overlay-e2e/end-options.ts';
import { describeEvent } from '../../../../helpers/cli/overlay-e2e/lab/events.ts';

test.each([
  ['exec web ls -l', 'exec web -- ls -l'],
  ['exec web -- ls -l', 'exec web -- ls -l'],
  ['--verbose exec web -v', '--verbose exec web -- -v'],
  ['exec web', 'exec web --'],
  ['exec --help', 'exec --help'],
  ['up exec web', 'up exec web'],
  ['logs web --tail 3', 'logs web --tail 3'],
])('overlay-e2e %s has the words of %s', (typed, meant) => {
  expect(endOptions(['node', 'main', ...typed.split(' ')])).toEqual([
    'node',
    'main',
    ...meant.split(' '),
  ]);
});

test('An event is one printable line with its object, its container and its exit code', () => {
  const event = { time: 0, id: '0123456789abcdef', attributes: {} };
  const container = 'fedcba9876543210';
  expect(
    describeEvent({
      ...event,
      type: 'network',
      action: 'connect',
      attributes: { name: 'my-net', container },
    }),
  ).toBe('network connect my-net (container fedcba987654)');
  expect(
    describeEvent({
      ...event,
      type: 'container',
      action: 'die',
      attributes: { exitCode: '3', image: 'i\x1b[2J' },
    }),
  ).toBe(String.raw`container die 0123456789ab (exit code 3, i\x1b[2J)`);
});
