import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isTypable, lineOf } from '../../../../helpers/check/model/command.ts';
import { diagnoseDifferences } from '../../../../helpers/check/diagnose/diagnose.ts';
import { runCommand } from '../../../../helpers/process/run-command.ts';
import { observationOf } from '../observation.ts';

describe('A line of commands', () => {
  test('gives a shell exactly the words of the commands', async () => {
    const words = [
      "a'b",
      '$(id)',
      '`id`',
      'a;b|c&d',
      '*',
      '~',
      'a b',
      '\\',
      '-x',
      '!',
      'ü',
      '"',
      '#',
    ];
    const { stdout } = await runCommand('sh', [
      '-c',
      `printf '%s\\n' ${lineOf([['ip', ...words]])}`,
    ]);
    expect(stdout.trimEnd().split('\n')).toEqual(['ip', ...words]);
  });

  test('runs commands in order, each only if the previous one succeeded', () => {
    expect(
      lineOf([
        ['rm', '-f', 'a b'],
        ['ip', 'link'],
      ]),
    ).toBe("rm -f 'a b' && ip link");
  });

  test('cannot contain an empty word, or characters that a terminal does not show', () => {
    expect(['', '\u001B[2J', 'a\nb', '\u202E'].filter((word) => isTypable([['ip', word]]))).toEqual(
      [],
    );
    expect(isTypable([['ip', "$(id) 'ü'"]])).toBe(true);
  });

  test('with such words is not shown as a line, but as words', () => {
    const difference = {
      kind: 'port-silent',
      where: {},
      expected: '',
      observed: {},
      text: '',
    } as const;
    const action = {
      kind: 'fix',
      host: 'a',
      commands: [['ip', '\u001B[2J']],
      effect: 'x',
    } as const;
    const rule = {
      name: 'one',
      explain: () => [
        {
          code: 'unexplained' as const,
          where: {},
          summary: '',
          evidence: [difference],
          consequences: [],
          action,
        },
      ],
    };
    const [diagnosis] = diagnoseDifferences([difference], observationOf({}), [rule]);
    expect(diagnosis?.action).toMatchObject({ kind: 'next-step', host: 'a', commands: [] });
  });
});

/** Rules and comparisons, whose commands people copy. */
const root = join(import.meta.dirname, '../../../..');

test('No rule builds a command line: no quoting, no shell, no words with several arguments', () => {
  const files = globSync('helpers/check/{compare,diagnose}/**/*.ts', { cwd: root });
  expect(files.length).toBeGreaterThan(50);
  const sources = files.map((name) => [name, readFileSync(join(root, name), 'utf8')] as const);
  const wrong = sources.flatMap(([name, source]) =>
    [
      /quoteForShell|commandLine\(|lineOf\(/,
      /\bcommand: [`'"]/,
      // A word that contains several arguments, or continues with the next command.
      /commands: \[[^\]]*[`'][^`'\]]*(?: && |; | \| )[^`'\]]*[`']/,
      /'(?:sh|bash|eval|sudo)'/,
      /\b(?:IMAGE|TOKEN|ADDRESS|A\.B\.C\.D)\b/,
    ].flatMap((pattern) => (pattern.test(source) ? [`${name}: ${pattern}`] : [])),
  );
  expect(wrong).toEqual([]);
});
