import { lineOf } from '../../../../helpers/check/model/command.ts';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { TestResult } from 'allure-js-commons';
import { diagnosisCodes } from '../../../../helpers/check/model/codes.ts';
import { diagnoseBundle } from '../../../../helpers/check/support-bundle.ts';
import { writeAllure } from '../../../../helpers/report/findings/write-allure.ts';
import { brokenReport, check, forwardingMissing, reportOf, secret } from './reports.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'overlay-e2e-allure-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('A check as results of Allure', () => {
  test('begins with the result: as text, as a picture, and as the complete document', async () => {
    await writeAllure(brokenReport(), folder);
    const verdict = result('The cluster is healthy');
    expect(verdict).toMatchObject({
      status: 'failed',
      start: Date.parse('2026-11-27T18:30:00.000Z'),
      stop: Date.parse('2026-11-27T18:30:02.140Z'),
      // The report contains the page; a path on this disk would not work elsewhere.
      links: [],
    });
    expect(verdict.statusDetails.message).toMatch(/^forwarding-entry-missing: the kernel of/);
    expect(verdict.attachments.map(({ name, type }) => [name, type])).toEqual([
      ['verdict', 'text/plain'],
      ['topology', 'image/svg+xml'],
      ['paths', 'image/svg+xml'],
      ['audit', 'application/json'],
      ['support bundle', 'application/gzip'],
    ]);
    const [text = '', topology = '', paths = '', document = ''] = contentsOf(verdict);
    expect(text).toMatch(/^✖ topology seed: 1 finding/);
    expect(topology).toContain('✖ 1 forwarding-entry-missing');
    expect(paths).toMatch(/^<svg /);
    expect(JSON.parse(document)).toMatchObject({ verdict: 'defects' });
  });

  test('ends with a support bundle that a check diagnoses, unless the cluster is healthy', async () => {
    const report = brokenReport();
    await writeAllure(report, folder);
    const [source = ''] = result('The cluster is healthy').attachments.flatMap((one) =>
      one.name === 'support bundle' ? one.source : [],
    );
    expect(source).toMatch(/\.json\.gz$/);
    const read = await diagnoseBundle(join(folder, source));
    expect(read.report.target).toBe(report.target);
    rmSync(folder, { recursive: true });
    await writeAllure(reportOf(2), folder);
    const names = result('The cluster is healthy').attachments.map(({ name }) => name);
    expect(names).not.toContain('support bundle');
  });

  test('a failed comparison has its differences as steps, its finding, and the page of its code', async () => {
    await writeAllure(brokenReport(), folder);
    const failed = result('every host knows where each container is');
    expect(failed).toMatchObject({
      status: 'failed',
      fullName: 'check of topology seed: kernel-forwarding',
    });
    const [step] = failed.steps;
    expect(step).toMatchObject({
      status: 'failed',
      name: expect.stringContaining('no forwarding entry for mysqlserver') as string,
    });
    expect(JSON.parse(contentsOf(step)[0] ?? '')).toMatchObject({
      kind: 'forwarding-missing',
      observed: null,
    });
    const [diagnosis = '', page = ''] = contentsOf(failed);
    expect(diagnosis).toContain(lineOf(forwardingMissing.action?.commands ?? []));
    expect(page).toMatch(/^# `forwarding-entry-missing`/);
    const tags = failed.labels.filter(({ name }) => name === 'tag').map(({ value }) => value);
    expect(tags).toEqual(['forwarding-entry-missing']);
  });

  test('a passed comparison lists the examined objects; without a run, it does not pass', async () => {
    const impossible = check('kernel-routes', 'kernel', 'routes lead to every host', {
      state: 'skipped',
      reason: 'no privileged containers',
      because: 'failed',
    });
    const report = reportOf(2);
    await writeAllure(
      { ...report, verdict: 'incomplete', comparisons: [...report.comparisons, impossible] },
      folder,
    );
    expect(result('every engine answers')).toMatchObject({
      status: 'passed',
      steps: [{ name: 'master-host: engine 20.10.5' }, { name: 'worker-host: engine 20.10.5' }],
    });
    expect(result('routes lead to every host')).toMatchObject({
      status: 'broken',
      statusDetails: { message: 'could not run: no privileged containers' },
    });
    expect(result('the application answers as it should')).toMatchObject({ status: 'skipped' });
    expect(result('The cluster is healthy').status).toBe('broken');
  });

  test('keeps the existing results and categories of the folder', async () => {
    writeFileSync(join(folder, 'other-result.json'), '{"name":"other"}');
    writeFileSync(
      join(folder, 'categories.json'),
      '[{"name":"Ours","matchedStatuses":["failed"]}]',
    );
    await writeAllure(brokenReport(), folder);
    await writeAllure(reportOf(2), folder);
    const categories = JSON.parse(readFileSync(join(folder, 'categories.json'), 'utf8')) as {
      name: string;
      messageRegex?: string;
    }[];
    expect(categories.map(({ name }) => name.split(':', 1)[0])).toEqual([
      ...diagnosisCodes,
      'Ours',
    ]);
    expect(readdirSync(folder)).toContain('other-result.json');
    const message = result('every container reaches every other').statusDetails.message ?? '';
    const fitting = categories.filter(
      ({ messageRegex }) =>
        messageRegex !== undefined &&
        new RegExp(messageRegex.replace('(?s)', ''), 's').test(message),
    );
    expect(fitting.map(({ name }) => name.split(':', 1)[0])).toEqual(['forwarding-entry-missing']);
  });

  test('the same comparison has the same history in every check of the same cluster', async () => {
    await writeAllure(brokenReport(), folder);
    const before = result('every engine answers').historyId;
    rmSync(folder, { recursive: true });
    await writeAllure(brokenReport(), folder);
    expect(result('every engine answers').historyId).toBe(before);
    expect(result('every host knows where each container is').historyId).not.toBe(before);
  });

  test('it contains nothing from a container’s environment', async () => {
    await writeAllure(brokenReport(), folder);
    const all = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));
    expect(all.filter((text) => text.includes(secret))).toEqual([]);
  });
});

function result(name: string): TestResult {
  const results = readdirSync(folder)
    .filter((file) => file.endsWith('-result.json'))
    .map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as TestResult);
  const found = results.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no result "${name}"`);
  return found;
}

function contentsOf(part: Pick<TestResult, 'attachments'> | undefined): string[] {
  return (part?.attachments ?? []).map(({ source }) => readFileSync(join(folder, source), 'utf8'));
}
