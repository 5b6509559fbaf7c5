import { expect, test } from 'vitest';
import { withoutReminders } from '../../topology/command.ts';

test('a line that a slow command repeats is not awaited by a spec', () => {
  const said = [
    '[   0.1 s] provider netns',
    '[  10.4 s]   still at bring up seed (docker run), for 10.2 s',
    '[  12.0 s] bring up seed  11.9 s',
    '[  22.1 s] still at bring up see',
  ];
  expect(withoutReminders(said.join('\n'))).toBe(`${said[0]}\n${said[2]}\n`);
});
