import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  type AllowedSkip,
  findAllowed,
  findSkipProblems,
} from '../../../../helpers/report/vitest/allowed-skips.ts';
import { allowedSkips } from '../../../allowed-skips.ts';

const file = 'specs/a.spec.ts';
const entry: AllowedSkip = {
  in: file,
  tests: /^pings$/,
  because: /^no ssh/,
  runs: 'in the workflow push',
  workflow: 'push',
};
const pings = { file, name: 'pings' };
const skipped = { ...pings, why: 'no ssh on PATH' };

describe('findSkipProblems', () => {
  test('a listed skip with its reason is not a problem', () => {
    expect(findSkipProblems([entry], [pings], [skipped], undefined)).toEqual([]);
    expect(findAllowed([entry], skipped)).toBe(entry);
  });

  test('a folder covers its files, and an entry without tests covers all of them', () => {
    const { tests: _, ...whole } = entry;
    const folder = { ...whole, in: 'specs/' };
    expect(findSkipProblems([folder], [pings], [skipped], undefined)).toEqual([]);
  });

  test('skips of one file for one reason are one problem that names each test', () => {
    const others = ['one', 'two'].map((name) => ({ file, name, why: 'no time' }));
    expect(findSkipProblems([entry], [pings], [skipped, ...others], undefined)).toEqual([
      {
        name: 'Skipped without being allowed: specs/a.spec.ts: no time',
        message: 'one, two; let it run, or add it to specs/allowed-skips.ts with where it does run',
      },
    ]);
  });

  test.for([
    ['another reason', { ...skipped, why: 'no root' }],
    ['another test', { ...skipped, name: 'answers' }],
    ['another file', { ...skipped, file: 'specs/b.spec.ts' }],
  ] as const)('a listed skip with %s is a problem', ([, other]) => {
    expect(findSkipProblems([entry], [pings], [other], undefined)).toHaveLength(1);
  });

  test('a skip in a workflow that has the requirements is a problem', () => {
    expect(findSkipProblems([entry], [pings], [skipped], 'nightly')).toEqual([]);
    expect(findSkipProblems([entry], [pings], [skipped], 'push')).toEqual([
      expect.objectContaining({
        message:
          'pings; provide the requirements: specs/allowed-skips.ts says that the workflow push runs it',
      }),
    ]);
  });

  test('an entry that matches no test of a file that ran is a problem', () => {
    const renamed = { file, name: 'answers a ping' };
    expect(findSkipProblems([entry], [renamed], [], undefined)).toEqual([
      {
        name: 'Stale entry of specs/allowed-skips.ts: specs/a.spec.ts /^pings$/',
        message: 'it matches no test there; correct or remove it',
      },
    ]);
  });

  test('an entry of a file that did not run is not a problem', () => {
    expect(findSkipProblems([entry], [{ ...pings, file: 'specs/b.spec.ts' }], [], 'push')).toEqual(
      [],
    );
  });
});

describe('The list of allowed skips', () => {
  const root = join(import.meta.dirname, '../../../..');

  test.for(allowedSkips.map((one) => [one.in, one] as const))(
    'entry %$: %s exists, and so does the workflow that runs it',
    ([place, { workflow }]) => {
      expect(existsSync(join(root, place))).toBe(true);
      if (workflow === undefined) return;
      const text = readFileSync(join(root, `.github/workflows/${workflow}.yml`), 'utf8');
      expect(text).toMatch(new RegExp(`^name: ${workflow}$`, 'm'));
    },
  );

  test('the workflow "push" installs the programs that the list names for it', () => {
    const text = readFileSync(join(root, '.github/workflows/push.yml'), 'utf8');
    const [, packages = ''] = /--no-install-recommends ([\w -]+)$/m.exec(text) ?? [];
    expect(packages.split(' ')).toEqual(expect.arrayContaining(['fish', 'openssh-client', 'zsh']));
  });
});
