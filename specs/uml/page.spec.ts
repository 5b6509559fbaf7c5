import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { runCommand } from '../../helpers/process/run-command.ts';

const root = join(import.meta.dirname, '../..');
const page = readFileSync(join(root, 'docs/providers.md'), 'utf8');

test('The commands of the page bring up, check and tear down a swarm', async () => {
  const [, block = ''] = /```sh\n(export E2E_PROVIDER=uml\n.*?)```/s.exec(page) ?? [];
  const folder = mkdtempSync(join(tmpdir(), 'uml-page-'));
  const env = {
    ...(process.env as Record<string, string>),
    CI: '1',
    NO_COLOR: '1',
    MACHINE_STORAGE_PATH: join(folder, 'store'),
  };
  // Only a failed test leaves machines.
  onTestFinished(async () => {
    await runCommand('npm', ['exec', '--', 'overlay-e2e', 'down'], { cwd: root, env });
    rmSync(folder, { recursive: true, force: true });
  });
  const { stdout } = await runCommand('sh', ['-ec', block], { cwd: root, env });
  expect(stdout).toMatch(/^✔ topology swarm-mode: healthy$/m);
  expect(stdout).toMatch(/^Removed: master-host, worker-host\.$/m);
});
