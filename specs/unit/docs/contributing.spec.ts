import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readPage, root } from './pages.ts';

const text = readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8');
const section = (title: string) => text.split(`\n## ${title}\n`)[1]?.split('\n## ')[0] ?? '';

describe('CONTRIBUTING', () => {
  const mapped = [...section('Structure').matchAll(/^\|(.*?)\|/gm)].flatMap(([, cell = '']) =>
    [...cell.matchAll(/`([^`]+)`/g)].map(([, folder = '']) => folder),
  );

  test('lists each folder of helpers/ with its subfolders once, and only existing ones', () => {
    const folders = globSync('helpers/{*,*/*}/', { cwd: root }).map((one) =>
      one.replace(/\/$/, ''),
    );
    expect(folders.length).toBeGreaterThan(20);
    const ofHelpers = mapped.filter((one) => one.startsWith('helpers/'));
    expect(ofHelpers.toSorted()).toEqual(folders.toSorted());
  });

  test('names only existing folders of specs/', () => {
    const ofSpecs = mapped.filter((one) => one.startsWith('specs/') && !one.endsWith('…'));
    expect(ofSpecs.length).toBeGreaterThan(5);
    expect(ofSpecs.filter((one) => !existsSync(join(root, one)))).toEqual([]);
  });

  test('shows code as in the file that it names', () => {
    const shown = readPage('CONTRIBUTING.md').blocks.filter(({ language }) => language === 'ts');
    expect(shown.length).toBeGreaterThan(3);
    for (const { text: block } of shown) {
      const [, file = '', code = ''] = /^\/\/ (\S+)\n(.*)$/s.exec(block) ?? [];
      expect(readFileSync(join(root, file), 'utf8')).toContain(code);
    }
  });

  test('lists the folders of helpers/ in the order in which they may import each other', () => {
    const order = mapped
      .filter((one) => /^helpers\/\w+$/.test(one))
      .map((one) => one.replace('helpers/', ''));
    const { overrides } = JSON.parse(readFileSync(join(root, '.oxlintrc.json'), 'utf8')) as Lint;
    const orders = overrides.flatMap(({ rules }) => rules['layers/order']?.[1].orders ?? []);
    expect(orders.find(({ folder }) => folder === 'helpers')?.order).toEqual(order);
  });

  test('lists for each kind of addition only files that exist', () => {
    const lists = `${section('Add a diagnosis')}${section('Extend it')}`;
    const paths = [...lists.matchAll(/`((?:helpers|specs|docs)\/[\w./-]+)`/g)].map(
      ([, path = '']) => path,
    );
    expect(paths.length).toBeGreaterThan(20);
    expect(paths.filter((one) => !existsSync(join(root, one)))).toEqual([]);
  });
});

interface Lint {
  readonly overrides: readonly {
    readonly rules: {
      readonly 'layers/order'?: readonly [
        string,
        {
          readonly orders: readonly {
            readonly folder: string;
            readonly order: readonly string[];
          }[];
        },
      ];
    };
  }[];
}
