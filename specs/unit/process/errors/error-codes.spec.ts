import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { errorCodes } from '../../../../helpers/process/errors/error-codes.ts';

const root = join(import.meta.dirname, '../../../..');

test('codes are in alphabetical order and in kebab case, with a sentence as their meaning', () => {
  const codes = Object.keys(errorCodes);
  expect(codes).toEqual(codes.toSorted());
  for (const [code, meaning] of Object.entries(errorCodes)) {
    expect(code).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(meaning).toMatch(/^[A-Z].*\.$/);
  }
});

test('each code is in use', () => {
  const sources = globSync('helpers/**/*.ts', { cwd: root })
    .filter((file) => !file.endsWith('/error-codes.ts'))
    .map((file) => readFileSync(join(root, file), 'utf8'))
    .join('\n');
  const unused = Object.keys(errorCodes).filter((code) => !sources.includes(`'${code}'`));
  expect(unused).toEqual([]);
});
