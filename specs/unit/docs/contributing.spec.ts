import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { root } from './pages.ts';

const text = readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8');
const section = (title: string) => text.split(`\n## ${title}\n`)[1]?.split('\n## ')[0] ?? '';

describe('CONTRIBUTING', () => {
  const mapped = [...section('Where things are').matchAll(/^\|(.*?)\|/gm)].flatMap(
    ([, cell = '']) => [...cell.matchAll(/`([^`]+)`/g)].map(([, folder = '']) => folder),
  );

  test('has each folder of helpers/ and those in it in its map, once, and none that is not there', () => {
    const folders = globSync('helpers/{*,*/*}/', { cwd: root }).map((one) =>
      one.replace(/\/$/, ''),
    );
    expect(folders.length).toBeGreaterThan(20);
    const ofHelpers = mapped.filter((one) => one.startsWith('helpers/'));
    expect(ofHelpers.toSorted()).toEqual(folders.toSorted());
  });

  test('names no folder of specs/ that is not there', () => {
    const ofSpecs = mapped.filter((one) => one.startsWith('specs/') && !one.endsWith('…'));
    expect(ofSpecs.length).toBeGreaterThan(5);
    expect(ofSpecs.filter((one) => !existsSync(join(root, one)))).toEqual([]);
  });

  test('puts the folders of helpers/ in the order in which they may import each other', () => {
    const order = mapped
      .filter((one) => /^helpers\/\w+$/.test(one))
      .map((one) => one.replace('helpers/', ''));
    const lint = JSON.parse(readFileSync(join(root, '.oxlintrc.json'), 'utf8')) as Lint;
    const forbidden = new Map(
      lint.overrides.map(({ files, rules }) => [
        files[0],
        rules['eslint/no-restricted-imports']?.[1].patterns.flatMap(({ group }) => group),
      ]),
    );
    for (const [index, folder] of order.entries()) {
      const above = order.slice(0, index).map((one) => `**/${one}/**`);
      expect(forbidden.get(`helpers/${folder}/**`), folder).toEqual(
        expect.arrayContaining([...above, '**/specs/**']),
      );
    }
  });

  test('tells of each new thing only what is there: files that others of its kind came with', () => {
    const lists = section('What a new thing comes with');
    const paths = [...lists.matchAll(/`((?:helpers|specs|docs)\/[\w./-]+)`/g)].map(
      ([, path = '']) => path,
    );
    expect(paths.length).toBeGreaterThan(20);
    expect(paths.filter((one) => !existsSync(join(root, one)))).toEqual([]);
  });
});

interface Lint {
  readonly overrides: readonly {
    readonly files: readonly string[];
    readonly rules: {
      readonly 'eslint/no-restricted-imports': readonly [
        string,
        { readonly patterns: readonly { readonly group: readonly string[] }[] },
      ];
    };
  }[];
}
