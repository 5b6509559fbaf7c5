import { Command } from 'commander';
import { expect, onTestFinished, test, vi } from 'vitest';
import { setProvider } from '../../../../helpers/cli/overlay-e2e/set-provider.ts';

test.each([
  { words: ['up', 'seed', '--provider', 'uml', '--json'], rest: ['up', 'seed', '--json'] },
  { words: ['up', '--provider=uml', 'seed'], rest: ['up', 'seed'] },
])('$words set E2E_PROVIDER, and a second run gets $rest', ({ words, rest }) => {
  const before = process.argv;
  onTestFinished(() => {
    process.argv = before;
    vi.unstubAllEnvs();
  });
  vi.stubEnv('E2E_PROVIDER', 'netns');
  process.argv = ['node', 'overlay-e2e', ...words];
  setProvider(new Command('up').option('--provider <name>').setOptionValue('provider', 'uml'));
  expect(process.env['E2E_PROVIDER']).toBe('uml');
  expect(process.argv).toEqual(['node', 'overlay-e2e', ...rest]);
});

test('without --provider, E2E_PROVIDER stays', () => {
  onTestFinished(() => void vi.unstubAllEnvs());
  vi.stubEnv('E2E_PROVIDER', 'netns');
  const before = [...process.argv];
  setProvider(new Command('up').option('--provider <name>'));
  expect(process.env['E2E_PROVIDER']).toBe('netns');
  expect(process.argv).toEqual(before);
});
