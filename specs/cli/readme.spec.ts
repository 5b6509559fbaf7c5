import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCommand } from '../../helpers/process/run-command.ts';
import { stopAtFailure } from '../stop-at-failure.ts';
import { typedCommands } from './typed-commands.ts';
import { guardStore } from '../machine/store-guard.ts';

const root = join(import.meta.dirname, '../..');

// The state directory and reports are separate from those of this run.
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'overlay-e2e-readme-'));
  guardStore(folder, join(folder, 'store'));
});
afterAll(async () => {
  // Removes the cluster if a command failed.
  await runAsTyped('npx overlay-e2e down');
  rmSync(folder, { recursive: true, force: true });
});

describe('The commands of README and CONTRIBUTING', { shuffle: false }, () => {
  stopAtFailure();

  test.for(Object.entries(typedCommands))(
    '"%s" prints the output of the pages',
    async ([command, output]) => {
      expect(await runAsTyped(command)).toMatch(output);
    },
  );
});

async function runAsTyped(command: string): Promise<string> {
  const env = {
    ...(process.env as Record<string, string>),
    CI: '1',
    NO_COLOR: '1',
    MACHINE_STORAGE_PATH: join(folder, 'store'),
    OVERLAY_E2E_REPORTS: join(folder, 'reports'),
  };
  const { stdout } = await runCommand('sh', ['-c', command], { cwd: root, env });
  return stdout;
}
