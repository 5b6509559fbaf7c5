import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { runSmall } from './small-run.ts';

test('a failed test has the check’s result first, then engine logs and kernel tables', {
  timeout: 120_000,
}, async () => {
  const run = await runSmall({
    'specs/failing.spec.ts': `
      import { expect, test as base } from 'vitest';
      import { prepareTools } from '@helpers/debian/tools.ts';
      import { runCommand } from '@helpers/process/run-command.ts';
      import { attach, verdictName } from '@helpers/report/results/evidence.ts';
      import { attachMachines } from '@helpers/report/findings/machine-evidence.ts';
      // Two machines that are this host, and one that has gone.
      const { env } = await prepareTools();
      const provider = {
        run: (name, [file, ...args], options) =>
          name === 'gone'
            ? Promise.reject(new Error('it is off'))
            : runCommand(file, args, { ...options, env }),
      };
      const test = base.extend('evidence', { auto: true }, ({ onTestFailed }) => {
        onTestFailed(async () => {
          await attachMachines(provider, ['here', 'gone']);
          await attach(verdictName, 'what is wrong');
        });
      });
      test('fails', async () => { await attach('what it saw', '1'); expect(1).toBe(2); });
      test('passes', () => {});`,
  });
  expect(run.lastLine, run.output).toBe('1 passed, 1 failed');
  const attached = (run.result('fails').steps ?? []).flatMap(({ attachments }) => attachments);
  const textOf = (name: string) =>
    run.attachment(attached.find((one) => one.name === name)?.source ?? '');
  expect(attached.map(({ name }) => name).slice(0, 2)).toEqual(['verdict', 'what it saw']);
  // Every host has a loopback; an engine log may be missing.
  expect(textOf('kernel tables of here')).toMatch(/\$ ip address\n.*LOOPBACK/s);
  expect(attached.map(({ name }) => name)).toContain('engine log of here');
  expect(textOf('engine log of gone')).toBe('could not be read: it is off');
  expect(run.result('passes').steps).toEqual([]);
});

test('the report of a failed test has the support bundle of its check, byte by byte', {
  timeout: 120_000,
}, async () => {
  const run = await runSmall({
    'specs/failing.spec.ts': `
      import { expect, onTestFailed, test } from 'vitest';
      import { attachReport } from '@helpers/report/findings/attach-report.ts';
      import { brokenReport } from '@helpers/../specs/unit/report/findings/reports.ts';
      test('fails', () => {
        onTestFailed(async () => await attachReport(brokenReport()));
        expect(1).toBe(2);
      });`,
  });
  expect(run.lastLine, run.output).toBe('0 passed, 1 failed');
  const attached = (run.result('fails').steps ?? []).flatMap(({ attachments }) => attachments);
  const source = attached.find(({ name }) => name === 'support bundle')?.source ?? '';
  expect(source).toMatch(/\.json\.gz$/);
  const files = [...run.data].filter(([name]) => name.endsWith('.gz'));
  expect(files).toHaveLength(1);
  expect(JSON.parse(gunzipSync(files[0]?.[1] ?? '').toString())).toMatchObject({
    format: 'overlay-e2e support bundle',
    version: 1,
    observation: { target: 'topology seed' },
  });
});
