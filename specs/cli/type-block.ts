import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type CommandResult, runCommand } from '../../helpers/process/run-command.ts';
import { guardStore } from '../machine/store-guard.ts';

const root = join(import.meta.dirname, '../..');

/** Runs the block of a page in a shell, with its own state directory and reports. Throws if a command fails. */
export async function typeBlock(block: string): Promise<CommandResult> {
  const folder = mkdtempSync(join(tmpdir(), 'block-of-page-'));
  guardStore(folder, join(folder, 'store'));
  const env = {
    ...(process.env as Record<string, string>),
    CI: '1',
    NO_COLOR: '1',
    MACHINE_STORAGE_PATH: join(folder, 'store'),
    OVERLAY_E2E_REPORTS: join(folder, 'reports'),
  };
  // Machines of the built-in provider, regardless of the command that created them. Only a failed test leaves any.
  onTestFinished(async () => {
    const down = ['exec', '--', 'overlay-e2e', 'down'];
    await runCommand('npm', down, { cwd: root, env: { ...env, E2E_PROVIDER: 'netns' } });
    rmSync(folder, { recursive: true, force: true });
  });
  return await runCommand('sh', ['-ec', block], { cwd: root, env });
}
