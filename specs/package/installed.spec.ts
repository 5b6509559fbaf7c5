import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runCommand } from '../../helpers/process/run-command.ts';
import { installPackage } from './install-package.ts';
import { packProject } from './packed.ts';

const packed = packProject();
const root = join(import.meta.dirname, '../..');

test('a project that installs the package creates, tests and checks its own cluster', async ({
  onTestFinished,
}) => {
  const { folder } = packed();
  const home = join(folder, 'shop');
  const store = join(folder, 'machines');
  const env: Record<string, string> = {
    ...(process.env as Record<string, string>),
    CI: '1',
    NO_COLOR: '1',
    MACHINE_STORAGE_PATH: store,
    OVERLAY_E2E_REPORTS: '',
    E2E_KEEP: '1',
  };
  /** The topology shop has its own state directory. */
  const ofShop = { ...env, MACHINE_STORAGE_PATH: `${store}-shop` };
  const run = async (line: string, as = env, expected: 'any' | 'success' = 'success') =>
    await runCommand('sh', ['-c', line], {
      cwd: home,
      env: as,
      limit: 170_000,
      ...(expected === 'any' ? { expect: 'any' as const } : {}),
    });
  onTestFinished(async () => {
    const down = join(root, 'helpers/cli/overlay-e2e.sh');
    await runCommand('sh', [down, 'down'], { env: ofShop, limit: 120_000 });
  });

  await installPackage(packed());
  expect(existsSync(join(home, 'node_modules/.bin/node'))).toBe(false);

  // Runs: npx overlay-e2e init
  const written = await run('npx --no-install overlay-e2e init --workflow');
  expect(written.stdout).toMatch(
    /^✔ e2e\/topology\.mts: .*\n✔ e2e\/overlay\.spec\.mts: .*\n✔ vitest\.config\.mts: .*\n✔ reports\/\.gitignore: .*\n✔ \.github\/workflows\/overlay-e2e\.yml: .*\nnext: npx overlay-e2e test /,
  );
  const refused = await run('npx --no-install overlay-e2e init', env, 'any');
  expect(refused).toMatchObject({ exitCode: 1 });
  expect(refused.stdout).toMatch(/✖ vitest\.config\.mts: exists, unchanged\. Add to its "test": /);

  // Runs: npx overlay-e2e test
  const tested = await run('npx --no-install overlay-e2e test');
  expect(tested.stdout).toMatch(
    /\n✔ 5 of 5 tests passed\nreport: reports\/allure-report\/index\.html\n/,
  );
  const report = readFileSync(join(home, 'reports/allure-report/index.html'), 'utf8');
  expect(report).toMatch(/<section id="overview"[^]*shop/);

  const checked = await run('npx --no-install overlay-e2e check', ofShop);
  expect(checked.stdout).toMatch(/^✔ topology shop: healthy\n/);

  // Docker's current context is a member, whose key-value store knows the others.
  const found = await run(
    'eval "$(npx --no-install netns-machine env counter)"; npx --no-install overlay-e2e discover',
    ofShop,
  );
  expect(JSON.parse(found.stdout)).toMatchObject({
    hosts: [{ name: 'counter' }, { name: 'cellar' }],
  });

  // A deliberate failure: the run fails, and says how to repeat it.
  writeFileSync(
    join(home, 'e2e/wrong.spec.mts'),
    `import { expect, test } from 'overlay-e2e/spec';
     import { audit } from 'overlay-e2e';
     test('the cluster has problems', async () => {
       expect((await audit({ probes: 'none' })).verdict).toBe('defects');
     });`,
  );
  // Runs: npx vitest run
  const failed = await run(
    'npx --no-install vitest run e2e/wrong.spec.mts',
    { ...ofShop, E2E_REUSE: '1' },
    'any',
  );
  expect(failed.exitCode).toBe(1);
  expect(failed.stdout).toMatch(/next: .*npx vitest run --project shop e2e\/wrong\.spec\.mts /);
});
