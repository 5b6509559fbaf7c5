import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { runCommand } from '../../helpers/process/run-command.ts';

// Runs every block of docs/faults.md
const root = join(import.meta.dirname, '../..');

test('the commands of the page break a cluster twice, and it is healthy afterward', async () => {
  const page = readFileSync(join(root, 'docs/faults.md'), 'utf8');
  const [block, ...others] = [...page.matchAll(/```sh\n(.*?)```/gs)].map(([, text = '']) => text);
  expect(others).toEqual([]);
  const folder = mkdtempSync(join(tmpdir(), 'faults-page-'));
  const env = {
    ...(process.env as Record<string, string>),
    CI: '1',
    NO_COLOR: '1',
    MACHINE_STORAGE_PATH: join(folder, 'store'),
  };
  onTestFinished(async () => {
    await runCommand('npm', ['exec', '--', 'overlay-e2e', 'down'], { cwd: root, env });
    rmSync(folder, { recursive: true, force: true });
  });
  const { stdout } = await runCommand('sh', ['-ec', block ?? ''], { cwd: root, env });
  expect(stdout).toContain('cannot reach each other, for 2 s\nUndone.\n');
  expect(stdout).toContain('loses 20 % of the packets from other machines, for 2 s\nUndone.\n');
  expect(stdout).toContain('the engine was killed, for 1 s\nUndone.\n');
  expect(stdout).toContain('✔ topology seed: healthy');
});
