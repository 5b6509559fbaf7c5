import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runAsNobody } from './run-as-nobody.ts';

const refusal =
  'machines of the built-in provider: this process does not run as root; only root can create network namespaces and mounts. Run this command with sudo, or as root in a container with --privileged; or set E2E_PROVIDER=uml, which needs no root.';

test('up fails with one line', async () => {
  const { exitCode, stderr, stdout } = await runAsNobody('helpers/cli/overlay-e2e.sh up --json');
  expect(stderr.split('\n').filter((line) => line.startsWith('overlay-e2e: '))).toEqual([
    `overlay-e2e: ${refusal}`,
  ]);
  expect(stdout).toBe('');
  expect(exitCode).toBe(1);
});

test('down fails with one line', async () => {
  const { exitCode, stderr } = await runAsNobody('helpers/cli/overlay-e2e.sh down');
  expect(stderr).toContain(`overlay-e2e: ${refusal}\n`);
  expect(exitCode).toBe(1);
});

test('netns-machine create fails with one line, before it creates a machine', async () => {
  const { exitCode, stderr, store } = await runAsNobody('helpers/cli/netns-machine.sh create one');
  expect(stderr).toBe(`Error with pre-create check: "${refusal}"\n`);
  expect(exitCode).toBe(3);
  expect(existsSync(join(store, 'machines'))).toBe(false);
});

test('doctor reports it as missing, and reads nothing that requires root', async () => {
  const { exitCode, stdout } = await runAsNobody('helpers/cli/overlay-e2e.sh doctor');
  const missing = stdout.split('\n').filter((line) => line.startsWith('✖'));
  expect(missing).toEqual([
    expect.stringMatching(/^✖ root on Linux +this process does not run as root/),
  ]);
  expect(stdout).toMatch(/^ +→ run this command with sudo/m);
  expect(exitCode).toBe(1);
});

test('npm run e2e fails with this line and skips no test silently', async () => {
  const { exitCode, stdout } = await runAsNobody('npm run e2e -- specs/seed/keystore.spec.ts');
  expect(stdout).toContain(`✖ Set up the seed topology\n    ${refusal}\n`);
  expect(stdout).toMatch(/^0 passed, [1-9]\d* failed/m);
  expect(exitCode).not.toBe(0);
});

test("npm run e2e in root's clone prints one line about the folder that it cannot write", async () => {
  const { exitCode, stdout, stderr } = await runAsNobody(
    'env -u OVERLAY_E2E_REPORTS sh specs/run.sh --project seed',
  );
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
  expect(stderr).toMatch(
    /^specs\/run\.sh: nobody cannot write to \S+\/reports\. Set OVERLAY_E2E_REPORTS to [^\n]*\n$/,
  );
});
