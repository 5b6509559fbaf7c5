import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { findNeighbours } from '../../../../helpers/report/run/sibling-reports.ts';

test('the reports of a nightly run link each other with their results, and no others', () => {
  const outside = mkdtempSync(join(tmpdir(), 'neighbours-'));
  onTestFinished(() => rmSync(outside, { recursive: true }));
  const reports = join(outside, 'reports');
  put(reports, 'passed');
  put(join(reports, 'etcd'), 'broken');
  put(join(reports, 'swarm-mode'), 'passed');
  put(join(reports, 'run-4711'), 'passed');
  mkdirSync(join(reports, 'evidence'));
  put(join(outside, 'of-another-project'), 'passed');
  expect(findNeighbours(reports)).toEqual([
    { name: 'etcd', href: '../etcd/allure-report/index.html', said: '0 passed, 1 failed' },
    {
      name: 'swarm-mode',
      href: '../swarm-mode/allure-report/index.html',
      said: '1 passed, 0 failed',
    },
  ]);
  expect(findNeighbours(join(reports, 'etcd'))).toEqual([
    { name: 'seed', href: '../../allure-report/index.html', said: '1 passed, 0 failed' },
    {
      name: 'swarm-mode',
      href: '../../swarm-mode/allure-report/index.html',
      said: '1 passed, 0 failed',
    },
  ]);
});

function put(folder: string, status: string): void {
  mkdirSync(join(folder, 'allure-report'), { recursive: true });
  writeFileSync(join(folder, 'allure-report/index.html'), '');
  mkdirSync(join(folder, 'allure-results'));
  writeFileSync(
    join(folder, 'allure-results/a-result.json'),
    JSON.stringify({ name: 'a', status }),
  );
}
