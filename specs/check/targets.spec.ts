import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe } from 'vitest';
import { expect, test } from './by-hand.ts';
import { nameWrongly } from './wrong-engines.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/check.md'), 'utf8');
const commands = [...page.matchAll(/```sh\n(.*?)\n```/gs)].map(([, line = '']) => line);

/** The one command of the page that has this in it. */
function shown(part: string): string {
  const [line = '', ...others] = commands.filter((one) => one.includes(part));
  expect([line !== '', others], `the page’s command with «${part}»`).toEqual([true, []]);
  return line;
}

test('without a terminal --fix asks nobody, and does nothing', async ({ cluster }) => {
  const { exitCode, stdout, stderr } = await cluster.type(shown('--fix'));
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
  expect(stderr).toBe(
    'overlay-e2e: check: --fix asks before each step, and there is no terminal to ask on; say --yes if all of them are to be done\n',
  );
});

describe('what is named wrongly is told in a line each, with exit code 2, and nothing is started', () => {
  test('engines that cannot be asked', async ({ cluster }) => {
    await using wrong = await nameWrongly(cluster);
    const before = await cluster.takeInventory();
    const { exitCode, stdout, stderr } = await cluster.type('npx overlay-e2e check wrong.json');
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    const lines = stderr
      .trimEnd()
      .split('\n')
      .map((line) => line.replace(/^overlay-e2e: /, ''));
    expect(lines).toEqual(wrong.lines.map((line) => expect.stringMatching(line)));
    expect(await cluster.takeInventory()).toEqual(before);
  });

  test.for([
    [
      '--engine tcp://10.0.0.1:2376 --engine same=tcp://10.0.0.1 --tls-dir certs',
      /^--engine tcp:\S+ and --engine tcp:\S+: both are the same engine; name each once$/,
    ],
    ['--engine tcp://10.0.0.1:9', /connection to \S+:9 refused; its engine does not run; start it/],
    ['--context wbe', /^Docker context wbe: there is none of this name in .*default, db, web$/],
    ['web bd', /^check web bd: \S+ has no machine bd; there are db, web$/],
    ['', /^check the running topology: none is up in \S+; stand one up with «overlay-e2e up», or/],
  ] as const)('check %s', async ([words, line], { cluster }) => {
    const { exitCode, stdout, stderr } = await cluster.type(`npx overlay-e2e check ${words}`);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toMatch(/^overlay-e2e: [^\n]*\n$/);
    expect(stderr.trimEnd().replace('overlay-e2e: ', '')).toMatch(line);
  });
});
