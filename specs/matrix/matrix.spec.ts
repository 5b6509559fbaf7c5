import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createNetnsProvider } from '../../helpers/machine/netns/provider.ts';
import { readFiles } from '../../helpers/report/page/pack-files.ts';
import { readResults } from '../../helpers/report/results/read-results.ts';
import { topologyOf } from '../../helpers/report/results/labels/topology-label.ts';
import { tearDown } from '../../helpers/topology/bring-up/tear-down.ts';
import { startCommand } from '../topology/command.ts';
import { expect, test } from '../topology/lab.ts';

test('npm run matrix writes one report of all combinations, each as an environment', async ({
  lab,
  onTestFinished,
}) => {
  const reports = await mkdtemp(join(tmpdir(), 'overlay-e2e-reports-'));
  onTestFinished(() => rm(reports, { recursive: true }));
  onTestFinished(async () => {
    // Nothing is left, unless the run was aborted.
    await tearDown(createNetnsProvider({ store: `${lab.store}-etcd@20.10.24` }));
  });
  // The rejected combination comes first, and must still be in the report at the end.
  // Runs: npm run matrix
  // Runs: npm run matrix -- etcd 20.10.24
  const words = ['etcd', '26.1.5', '20.10.24', 'specs/seed/keystore.spec.ts'];
  const env = { ...lab.env, OVERLAY_E2E_REPORTS: reports };
  const { exitCode, stdout } = await startCommand('npm', ['run', 'matrix', '--', ...words], env)
    .ended;
  expect(exitCode, stdout).toBe(0);
  expect(stdout).toMatch(/^[4-9] passed, 0 failed, 1 skipped\n$/m);

  const results = readResults(join(reports, 'allure-results'));
  const on = (engine: string) => results.filter((one) => topologyOf(one) === `etcd@${engine}`);
  expect(on('20.10.24').filter(({ status }) => status === 'passed').length).toBeGreaterThan(3);
  expect(on('26.1.5')).toEqual([
    expect.objectContaining({
      status: 'skipped',
      statusDetails: {
        message:
          'engine 26.1.5 has no --cluster-store: key-value clusters need 20.10 or older. Use engine 20.10.5 or 20.10.24, or swarm mode.',
      },
    }),
  ]);
  const html = await readFile(join(reports, 'allure-report/index.html'), 'utf8');
  const environments = readFiles(html).get('widgets/environments.json')?.toString();
  expect(environments).toContain('etcd_20_10_24');
  expect(environments).toContain('etcd_26_1_5');
});
