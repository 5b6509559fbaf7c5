import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { constants, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, onTestFinished } from 'vitest';
import { createNetnsProvider } from '../../helpers/machine/netns/provider.ts';
import { tearDown } from '../../helpers/topology/bring-up/tear-down.ts';
import { killEngine } from './kill-engine.ts';
import { readStep } from './read-step.ts';
import { startCommand } from './command.ts';
import { expect, expectNothingLeft, test as base } from './lab.ts';

/** `npm run e2e`, as users type it, on two spec files, with a separate report. */
const test = base.extend('e2e', async ({ lab }, { onCleanup }) => {
  const reports = await mkdtemp(join(tmpdir(), 'overlay-e2e-reports-'));
  onCleanup(() => rm(reports, { recursive: true, force: true }));
  const env = { ...lab.env, OVERLAY_E2E_REPORTS: reports };
  const words = ['run', 'e2e', '--', 'specs/seed/keystore.spec.ts', 'specs/seed/cluster.spec.ts'];
  const start = (...more: string[]) => startCommand('npm', [...words, ...more], env);
  const startVerbose = () => startCommand('npm', words, { ...env, E2E_VERBOSE: '1' });
  return { start, startVerbose, report: join(reports, 'allure-report/index.html') };
});

describe('an interrupted npm run e2e tears everything down and still writes its report', () => {
  test.for([
    ['SIGTERM', 'command', 'provider netns', 143],
    ['SIGINT', 'group', 'keystore  ', 130],
    ['SIGHUP', 'group', 'bring up seed', 129],
  ] as const)('after %s to the %s at "%s"', async ([signal, to, moment, code], { lab, e2e }) => {
    const run = e2e.start();
    await run.says(moment);
    run.signal(signal, to);
    const { exitCode, signal: endedBy, stdout, stderr } = await run.ended;
    // npm returns the code, or ends by the signal itself; a shell sees no difference.
    expect(endedBy === undefined ? exitCode : 128 + constants.signals[signal], stdout).toBe(code);
    // One line reports it: no stack trace, no error of Vitest, no list of failures.
    expect(stdout).toContain(`✖ interrupted by ${signal}\n`);
    expect(`${stdout}${stderr}`).not.toMatch(/\n\s+at |No test files found|Unhandled|next:/);
    // Continuous integration reads the last line, which must not look successful.
    const [, failed] = /^\d+ passed, (\d+) failed(?:, \d+ skipped)?\n\s*$/m.exec(stdout) ?? [];
    expect(Number(failed), stdout).toBeGreaterThan(0);
    expect(existsSync(e2e.report)).toBe(true);
    await expectNothingLeft(lab);
  });
});

test('npm run e2e includes the log of an engine that dies during the bring-up in its report', async ({
  lab,
  e2e,
}) => {
  const run = e2e.startVerbose();
  await run.says('mh-keystore: docker run progrium/consul');
  killEngine(lab, 'mh-keystore');
  const { exitCode, stdout, stderr } = await run.ended;
  expect(exitCode).toBe(1);
  expect(stdout).toMatch(/^✖ Set up the seed topology\n {4}\S.*$/m);
  expect(`${stdout}${stderr}`).not.toMatch(/\n\s+at |No test files found|Unhandled/);
  const log = await readStep(dirname(dirname(e2e.report)), 'engine log of mh-keystore');
  expect(log).toContain('Starting up');
  await expectNothingLeft(lab);
});

describe('a killed npm run e2e', () => {
  test('leaves its machines to the next down', async ({ lab, e2e }) => {
    const run = e2e.start();
    await run.says('bring up seed');
    run.signal('SIGKILL', 'group');
    await run.ended;
    const { exitCode, stdout, stderr } = await lab.run('down');
    expect(exitCode, stderr).toBe(0);
    expect(stdout).toBe('Removed: master-host, mh-keystore, worker-host.\n');
    await expectNothingLeft(lab);
  });
});

test('a run of two projects tears down both of their clusters', async ({ lab, e2e }) => {
  const provider = createNetnsProvider({ store: `${lab.store}-etcd` });
  onTestFinished(async () => {
    // Nothing is left, unless the run left it.
    await tearDown(provider);
  });
  const run = e2e.start('--project', 'etcd');
  const { exitCode, stdout } = await run.ended;
  expect(exitCode, stdout).toBe(0);
  expect(await provider.list()).toEqual([]);
  await expectNothingLeft(lab);
});
