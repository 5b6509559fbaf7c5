import { describe, expect, test } from 'vitest';
import {
  type Flag,
  moveFlagsFirst,
  parseFlags,
} from '../../../../helpers/cli/netns-machine/flags.ts';

const FLAGS: readonly Flag[] = [
  { names: ['quiet', 'q'], kind: 'boolean', usage: '' },
  { names: ['filter'], kind: 'list', usage: '' },
  { names: ['timeout', 't'], kind: 'number', value: 10, usage: '' },
  { names: ['driver', 'd'], kind: 'string', value: 'netns', env: 'MACHINE_DRIVER', usage: '' },
];

const parse = (line: string, environment: Record<string, string> = {}) =>
  parseFlags(FLAGS, line.split(' '), environment);

describe('Options are parsed as in Go', () => {
  test.each([
    ['-q', true],
    ['--quiet', true],
    ['-quiet', true],
    ['-q=false', false],
    ['--quiet=0', false],
    ['-q=T', true],
  ])('%s is %s', (line, expected) => {
    expect(parse(line).values.on('quiet')).toBe(expected);
  });

  test('one dash or two, with = or without', () => {
    for (const line of ['-t 20', '--t 20', '-timeout=20', '--timeout 20']) {
      expect(parse(line).values.number('timeout'), line).toBe(20);
    }
  });

  test('a value may look like an option, and may contain =', () => {
    expect(parse('-d --quiet').values.text('driver')).toBe('--quiet');
    expect(parse('--filter=label=a=b').values.list('filter')).toEqual(['label=a=b']);
  });

  test('each occurrence of a list option adds a value', () => {
    expect(parse('--filter a --filter b').values.list('filter')).toEqual(['a', 'b']);
  });

  test('the first word that is not an option ends the options', () => {
    const { rest, values } = parse('-q name -t 20');
    expect(rest).toEqual(['name', '-t', '20']);
    expect(values.number('timeout')).toBe(10);
  });

  test('-- ends the options and is removed', () => {
    expect(parse('-q -- -t').rest).toEqual(['-t']);
  });

  test('-h and --help request help', () => {
    expect([parse('-h').help, parse('-q --help').help, parse('-q').help]).toEqual([
      true,
      true,
      false,
    ]);
  });

  test.each([
    ['--nope', 'flag provided but not defined: -nope'],
    ['-t', 'flag needs an argument: -t'],
    ['-t abc', 'invalid value "abc" for flag -t: parse error'],
    ['-q=maybe', 'invalid boolean value "maybe" for -q: parse error'],
    ['---q', 'bad flag syntax: ---q'],
  ])('%s is refused: %s', (line, message) => {
    expect(() => parse(line)).toThrow(message);
  });
});

describe('Environment variables', () => {
  test('replace options that are absent', () => {
    const environment = { MACHINE_DRIVER: 'none' };
    expect(parse('x', environment).values.text('driver')).toBe('none');
    expect(parse('-d other', environment).values.text('driver')).toBe('other');
    expect(parse('x', { MACHINE_DRIVER: '' }).values.text('driver')).toBe('netns');
  });
});

describe('Options after arguments', () => {
  test.each([
    ['m1 --shell fish', '--shell fish m1'],
    ['--no-proxy m1 --shell fish', '--no-proxy m1 --shell fish'],
    ['m1 -f x', '-f x m1'],
    ['-- m1 -f', '-- m1 -f'],
    ['m1 -q -- -x', '-q m1 -- -x'],
    ['m1 m2', 'm1 m2'],
  ])('%s is read as %s', (typed, read) => {
    expect(moveFlagsFirst(typed.split(' ')).join(' ')).toBe(read);
  });
});
