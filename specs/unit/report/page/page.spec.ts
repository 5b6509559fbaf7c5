import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import {
  appScript,
  checkedVersions,
  internals,
  pageOptions,
} from '../../../../helpers/report/page/allure-internals.ts';
import { type Files, readFiles } from '../../../../helpers/report/page/pack-files.ts';
import { hostPrefix, writeResult } from '../../../../helpers/report/results/results-writer.ts';
import { buildReport } from '../../../../helpers/report/run/build-report.ts';

const root = join(import.meta.dirname, '../../../..');

test('the form of Allure’s files is checked for the versions in package.json', () => {
  const { devDependencies } = z
    .object({ devDependencies: z.record(z.string(), z.string()) })
    .parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')));
  for (const [name, version] of Object.entries(checkedVersions)) {
    const places = internals.map((one) => `- ${one}`).join('\n');
    const message = `The report was checked with ${name} ${version}; package.json has another version. Open a report, examine these ${internals.length} places, then change checkedVersions:\n${places}\n`;
    expect(devDependencies[name], message).toBe(version);
  }
});

describe('A report', () => {
  let folder: string;
  let html: string;
  let files: Files;
  const read = (name: string) => JSON.parse(files.get(name)?.toString() ?? 'null') as unknown;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'overlay-e2e-page-'));
    vi.stubEnv('OVERLAY_E2E_REPORTS', folder);
    write(`${hostPrefix}passes`, 'passed', 0, 1000);
    write(`${hostPrefix}breaks`, 'broken', 0, 1000);
    write('specs/a.spec.ts#one', 'passed', 1000, 2000);
    write('specs/a.spec.ts#two', 'passed', 2000, 3000);
    write('specs/b.spec.ts#meanwhile', 'passed', 1500, 2500);
    write('specs/c.spec.ts#later', 'passed', 3000, 4000);
    html = readFileSync((await buildReport()).file, 'utf8');
    files = readFiles(html);
  }, 60_000);

  afterAll(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true, force: true });
  });

  test('contains the script of Allure, which reads its files where the page provides them', () => {
    const scripts = [...files.keys()].filter((name) => name.endsWith('.js'));
    expect(scripts).toHaveLength(1);
    const script = files.get(scripts[0] ?? '')?.toString() ?? '';
    for (const name of [
      'allureReportOptions',
      'allureReportData',
      'allureReportDataReady',
      '"base-layout"',
      'data-tr-scroll-container',
    ]) {
      expect(script.includes(name), `${name} in ${scripts[0]}`).toBe(true);
    }
    const [, options] = /window\.allureReportOptions = (\{.*\});/.exec(html) ?? [];
    expect(JSON.parse(options ?? '')).toMatchObject({
      reportName: 'overlay-e2e',
      sections: ['charts', 'timeline'],
    });
  });

  test('requests nothing from anywhere', () => {
    const page = html.replace(/<script id="report-files".*?<\/script>/s, '');
    expect(page).not.toMatch(/googletagmanager|(?:src|href)="https?:/);
    expect(page).toContain('http-equiv="Content-Security-Policy" content="default-src \'none\'');
  });

  test('counts and lists the tests and a failed set-up; a passed set-up only has a page', () => {
    expect(read('widgets/statistic.json')).toMatchObject({ total: 5, passed: 4, broken: 1 });
    expect(read('widgets/nav.json')).toHaveLength(5);
    expect(JSON.stringify(read('widgets/tree.json'))).not.toContain(`${hostPrefix}passes`);
    expect(JSON.stringify(read('widgets/tree.json'))).toContain(`${hostPrefix}breaks`);
    const pages = [...files.keys()].filter((name) => name.startsWith('data/test-results/'));
    expect(pages).toHaveLength(6);
  });

  test('shows a lane per worker in its timeline', () => {
    const items = z
      .array(z.looseObject({ name: z.string(), thread: z.string() }))
      .parse(read('widgets/timeline.json'));
    expect(Object.fromEntries(items.map(({ name, thread }) => [name, thread]))).toEqual({
      [`${hostPrefix}breaks`]: `process of ${hostPrefix}breaks`,
      'specs/a.spec.ts#one': 'worker 1',
      'specs/a.spec.ts#two': 'worker 1',
      'specs/b.spec.ts#meanwhile': 'worker 2',
      'specs/c.spec.ts#later': 'worker 1',
    });
  });
});

test.for([
  ['without options', '<script>window.allureReportSettings = {}</script>'],
  ['with options in another form', '<script src="options.js"></script>'],
] as const)('a page of Allure %s is reported', ([, page]) => {
  expect(() => pageOptions(page)).toThrow(
    'make the page of the report: index.html does not set allureReportOptions. Install the versions of Allure from package.json',
  );
});

test('a page of Allure with several scripts, or none, is reported', () => {
  const page = Buffer.from('<script src="a.js"></script><script src="b.js"></script>');
  const both = new Map([
    ['index.html', page],
    ['a.js', page],
    ['b.js', page],
  ]);
  expect(() => appScript(both)).toThrow('index.html loads 2 scripts');
  expect(() => appScript(new Map())).toThrow('index.html loads 0 scripts');
});

function write(fullName: string, status: 'passed' | 'broken', start: number, stop: number) {
  const labels = { epic: 'Demo', feature: 'A', thread: `process of ${fullName}` };
  writeResult({ name: fullName, fullName, status, start, stop, labels });
}
