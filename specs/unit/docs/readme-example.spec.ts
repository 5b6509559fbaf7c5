import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readPage, root } from './pages.ts';

const { blocks } = readPage('README.md');
const shown = (language: string) =>
  blocks.filter((one) => one.language === language).map(({ text }) => text);

test('README has at most 130 lines', () => {
  expect(readFileSync(join(root, 'README.md'), 'utf8').split('\n').length).toBeLessThan(131);
});

test('README shows a spec with lines of specs/example, in their order', () => {
  expectLinesOf(shown('ts'), 'specs/example/overlay.spec.ts');
});

test('README shows a finding with lines of docs/check.md, in their order', () => {
  expectLinesOf(shown('text'), 'docs/check.md');
});

test('README has the figures of the defect matrix', () => {
  const matrix = readFileSync(join(root, 'docs/diagnosis-matrix.md'), 'utf8');
  const [, found = '', all = '', alarms = '', healthy = ''] =
    /^\*\*(\d+) of (\d+) .*?; (\d+) .*? (\d+) /m.exec(matrix) ?? [];
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  expect(readme).toContain(`**${found} of ${all} injected defects`);
  expect(readme).toContain(`${healthy} checks of healthy clusters`);
  expect([found, alarms]).toEqual([all, '0']);
});

function expectLinesOf([block = '', ...others]: readonly string[], file: string): void {
  expect(others).toEqual([]);
  const lines = block.split('\n');
  expect(lines.length).toBeGreaterThan(3);
  let rest = readFileSync(join(root, file), 'utf8').split('\n');
  for (const line of lines) {
    expect(
      rest.map((one) => one.trim()),
      `"${line}" in ${file}`,
    ).toContain(line.trim());
    rest = rest.slice(rest.findIndex((one) => one.trim() === line.trim()) + 1);
  }
}
