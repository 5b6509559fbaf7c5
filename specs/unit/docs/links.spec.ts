import { existsSync, globSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, test } from 'vitest';
import { pages, parsePage, readPage, root } from './pages.ts';

/** The only external links: addresses that do not change, because specs make no requests. */
const elsewhere = [
  /^https:\/\/github\.com\/[\w.-]+\/[\w.-]+\/(?:issues|pull)\/\d+$/,
  /^https:\/\/github\.com\/[\w.-]+\/[\w.-]+\/releases\/tag\/[\w.-]+$/,
  // The tutorial.
  /^https:\/\/docs\.docker\.com\/engine\/userguide\/networking\/get-started-overlay\/$/,
  /^https:\/\/keepachangelog\.com\/en\/1\.1\.0\/$/,
  /^https:\/\/semver\.org\/spec\/v2\.0\.0\.html$/,
];

describe('The pages', () => {
  test('are complete', () => {
    expect(pages).toEqual(
      expect.arrayContaining([
        'README.md',
        'CONTRIBUTING.md',
        'docs/check.md',
        'docs/reference/README.md',
      ]),
    );
  });

  test.for(pages)('%s has only valid links', (page) => {
    const wrong = readPage(page).targets.flatMap((target) => faultOf(page, target) ?? []);
    expect(wrong).toEqual([]);
  });

  test('are all linked: each page of docs can be reached from the README', () => {
    const reached = new Set(['README.md']);
    for (const page of reached) {
      for (const target of readPage(page).targets) {
        const file = fileOf(page, target.split('#')[0] ?? '');
        if (file.endsWith('.md') && pages.includes(file)) reached.add(file);
      }
    }
    const lost = pages.filter((page) => page.startsWith('docs/') && !reached.has(page));
    expect(lost).toEqual([]);
  });

  test('show every picture', () => {
    const shown = new Set(
      pages.flatMap((page) => readPage(page).targets.map((target) => fileOf(page, target))),
    );
    const pictures = globSync('docs/**/*.{png,svg,gif,jpg}', { cwd: root });
    expect(pictures.filter((picture) => !shown.has(picture))).toEqual([]);
  });
});

test.for([
  ['[a](no-such.md)', 'no-such.md: no such file'],
  ['[a](README.md#no-such)', 'README.md#no-such: no such heading'],
  ['[a](#no-such)', '#no-such: no such heading'],
  ['![a](docs/pictures/none.png)', 'docs/pictures/none.png: no such file'],
  ['<img src="docs/none.svg">', 'docs/none.svg: no such file'],
  ['<picture><source srcset="docs/none.svg"></picture>', 'docs/none.svg: no such file'],
  ['[a](../elsewhere)', '../elsewhere: outside of the project'],
  ['https://example.com/x', 'https://example.com/x: not an allowed external link'],
  ['[a](http://github.com/moby/moby/issues/1)', 'not an allowed external link'],
] as const)('an invalid link is found: %s', ([text, fault]) => {
  const { targets } = parsePage(text);
  expect(targets.map((target) => faultOf('README.md', target)).join()).toContain(fault);
});

test('headings have the anchors that GitHub gives them', () => {
  expect([...parsePage('# `a-b`: What it is?\n\n## Again\n\n## Again\n').anchors]).toEqual([
    'a-b-what-it-is',
    'again',
    'again-1',
  ]);
});

/** Describes the fault of a link; undefined if it is valid. */
function faultOf(page: string, target: string): string | undefined {
  if (/^[a-z]+:/.test(target)) {
    const isKnown = elsewhere.some((form) => form.test(target));
    return isKnown ? undefined : `${target}: not an allowed external link`;
  }
  const [path = '', anchor] = target.split('#');
  const file = fileOf(page, path);
  if (file.startsWith('..')) return `${target}: outside of the project`;
  if (!existsSync(join(root, file))) return `${target}: no such file`;
  if (anchor === undefined) return undefined;
  const isThere = file.endsWith('.md') && readPage(file).anchors.has(anchor);
  return isThere ? undefined : `${target}: no such heading`;
}

function fileOf(page: string, path: string): string {
  return path === '' ? page : normalize(join(dirname(page), decodeURI(path)));
}
