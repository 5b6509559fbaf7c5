import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { forgetResults } from '../../../../helpers/report/results/reports-folder.ts';

test('the results of an earlier run are deleted, and other files are kept', ({
  onTestFinished,
}) => {
  const reports = mkdtempSync(join(tmpdir(), 'reports-'));
  onTestFinished(() => rmSync(reports, { recursive: true }));
  vi.stubEnv('OVERLAY_E2E_REPORTS', reports);
  const results = join(reports, 'allure-results');
  mkdirSync(join(results, 'photos'), { recursive: true });
  for (const name of [
    '3f0c-result.json',
    '3f0c-container.json',
    '3f0c-attachment.txt',
    '3f0c-attachment',
    'environment.properties',
    'notes.txt',
    'photos/one-attachment.txt',
  ]) {
    writeFileSync(join(results, name), '');
  }
  writeFileSync(join(reports, 'counts.json'), '{}');
  forgetResults();
  expect(readdirSync(reports)).toEqual(['allure-results']);
  expect(readdirSync(results).sort()).toEqual(['notes.txt', 'photos']);
  expect(readdirSync(join(results, 'photos'))).toEqual(['one-attachment.txt']);
});
