import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { overlayProjects } from '../../../../helpers/api/vitest/overlay-projects.ts';
import { readFiles } from '../../../../helpers/report/page/pack-files.ts';
import { addCounts } from '../../../../helpers/report/results/counts.ts';
import { hostPrefix, writeResult } from '../../../../helpers/report/results/results-writer.ts';

const finishRun = join(import.meta.dirname, '../../../../helpers/report/run/finish-run.ts');

/** Writes the results of a run with two tests of one second and a set-up, and ends the run. */
function finish(words: readonly string[], { fails = false } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'finish-run-'));
  vi.stubEnv('OVERLAY_E2E_REPORTS', folder);
  onTestFinished(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  });
  const results = [
    { fullName: `${hostPrefix}set-up`, status: 'passed', stop: 60_000 },
    { fullName: 'specs/a.spec.ts#one', status: 'passed', stop: 1000 },
    { fullName: 'specs/a.spec.ts#two', status: fails ? 'failed' : 'passed', stop: 1000 },
  ] as const;
  for (const result of results) {
    writeResult({ name: result.fullName, start: 0, labels: { feature: 'a' }, ...result });
  }
  addCounts({ passed: fails ? 1 : 2, failed: fails ? 1 : 0, skipped: 0 });
  const summary = join(folder, 'summary.md');
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [finishRun, fails ? '1' : '0', ...words],
    {
      encoding: 'utf8',
      env: { ...process.env, GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: summary },
    },
  );
  const page = readFileSync(join(folder, 'allure-report/index.html'), 'utf8');
  return {
    status,
    stdout,
    stderr,
    summary: readFileSync(summary, 'utf8'),
    gate: readFiles(page).get('widgets/quality-gate.json')?.toString() ?? '',
  };
}

function gateOf(rules: object): string[] {
  return ['--quality-gate', JSON.stringify(rules), '--as', 'npx vitest run'];
}

test('A run that keeps the rules of its quality gate passes', () => {
  const run = finish(gateOf({ minTestsCount: 2, maxDuration: 1000 }));
  expect(run, run.stderr).toMatchObject({ status: 0 });
  expect(run.stdout).not.toContain('quality gate');
  expect(run.summary).toBe('### overlay-e2e test\n\n✔ 2 passed, 0 failed, 0 skipped\n\n');
});

test('A run that breaks a rule fails, and output, summary and report name the rule', () => {
  const run = finish(gateOf({ minTestsCount: 3, maxDuration: 999 }));
  expect(run, run.stderr).toMatchObject({ status: 1 });
  const lines = run.stdout.match(/^✖ quality gate: .*$/gm);
  // Set-ups are no tests: neither their number nor their duration counts.
  expect(lines).toEqual([
    '✖ quality gate: minTestsCount: The total number of tests 2 is less than the expected threshold value 3',
    '✖ quality gate: maxDuration: Maximum duration of some tests exceed the defined limit; actual 1000, expected 999',
  ]);
  expect(run.summary).toContain('✖ 2 passed, 0 failed, 0 skipped');
  expect(run.summary).toContain('- quality gate: `minTestsCount: ');
  expect(run.stderr).toContain('::error title=quality gate::minTestsCount: ');
  expect(run.gate).toContain('minTestsCount');
});

test('A run with a failed test names it in the summary, and ends with the exit code of Vitest', () => {
  const run = finish([], { fails: true });
  expect(run, run.stderr).toMatchObject({ status: 1 });
  expect(run.summary).toContain('✖ 1 passed, 1 failed, 0 skipped');
  expect(run.summary).toContain('- `specs/a.spec.ts#two`');
});

test.each([{ minTestsCount: 0 }, { maxDuration: -1 }, { maxFailures: 3 }])(
  'The rules %j are refused',
  async (qualityGate) => {
    await expect(overlayProjects({ topologies: ['seed'], qualityGate })).rejects.toMatchObject({
      code: 'input-invalid',
    });
  },
);
