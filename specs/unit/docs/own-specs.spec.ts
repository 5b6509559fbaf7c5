import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readPage, root } from './pages.ts';

const { blocks } = readPage('docs/own-specs.md');
const shown = blocks.filter(({ language }) => language === 'ts').map(({ text }) => text.trimEnd());

test.for([
  ['specs/example/topology.ts', 2],
  ['specs/example/overlay.spec.ts', 3],
] as const)('the page shows %s unchanged', ([file, at]) => {
  expect(shown[at]).toBe(readFileSync(join(root, file), 'utf8').trimEnd());
});

test('a user-defined topology has fewer than twenty lines', () => {
  expect(shown[0]?.split('\n').length).toBeLessThan(20);
});
