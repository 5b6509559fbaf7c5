import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readPage, root } from './pages.ts';

const shown = readPage('README.md')
  .blocks.filter(({ language }) => language === 'ts')
  .map(({ text }) => text);

test('the topology in the README is a copy of specs/example, with fewer than 20 lines', () => {
  const [topology = ''] = shown;
  expect(topology).toBe(read('topology.ts'));
  expect(topology.split('\n').length).toBeLessThan(20);
});

test('the spec in the README consists of lines of specs/example, in their order', () => {
  const [, spec = ''] = shown;
  const lines = spec.split('\n');
  expect(lines.length).toBeGreaterThan(10);
  let rest = read('overlay.spec.ts').split('\n');
  for (const line of lines) {
    expect(rest, `"${line}" in specs/example/overlay.spec.ts`).toContain(line);
    rest = rest.slice(rest.indexOf(line) + 1);
  }
});

function read(file: string): string {
  return readFileSync(join(root, 'specs/example', file), 'utf8').trim();
}
