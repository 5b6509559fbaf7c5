import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { findRemedy } from '../../helpers/machine/docker-machine/hints.ts';
import { findProgram } from '../../helpers/process/files/find-program.ts';
import { runCommand } from '../../helpers/process/run-command.ts';

// Runs every block of docs/providers.md
const root = join(import.meta.dirname, '../..');
const page = readFileSync(join(root, 'docs/providers.md'), 'utf8');
const blocks = [...page.matchAll(/```sh\n(.*?)```/gs)].map(([, block = '']) => block.trim());

const withHosts =
  'npx node specs/machine/generic-hosts/with-generic-hosts.ts mh-keystore master-host worker-host -- npm run e2e';

test('every block that the page tells to type is run here', () => {
  expect(blocks).toEqual([
    'npx overlay-e2e doctor',
    expect.stringMatching(/^export E2E_PROVIDER=docker-machine E2E_DOCKER_MACHINE=/),
    withHosts,
  ]);
});

test('doctor finds nothing missing where the other specs run', async () => {
  expect(await typeIn(blocks[0] ?? '')).toMatch(/Nothing is missing/);
});

test('the provider docker-machine makes machines with netns-machine as its command', async () => {
  const said = await typeIn(blocks[1] ?? '');
  expect(said).toContain(
    'provider docker-machine with the driver netns: E2E_PROVIDER=docker-machine',
  );
  expect(said).toMatch(/seed is up after/);
  expect(said).toMatch(/Removed: mh-keystore\./);
});

test('the real docker-machine runs the seed specs on hosts that are made for it', async ({
  skip,
}) => {
  if (findProgram('docker-machine') === undefined) skip('no docker-machine on PATH');
  // One part of the topology stands for all: which of them is docker-machine's doing is the same.
  const said = await typeIn(`${withHosts} -- specs/seed/cluster.spec.ts`);
  expect(said).toContain('provider docker-machine with the driver generic, because');
  expect(said).toMatch(/[1-9]\d* passed, 0 failed/);
});

test('what the page calls known is answered with a remedy, or by a spec that says why it is skipped', () => {
  const [, table = ''] = page.split('## Known limits');
  const told = [...table.matchAll(/^\| `(.*?)`(?:, `(.*?)`)? \|/gm)].flatMap(([, ...words]) =>
    words.filter((one) => one !== undefined),
  );
  expect(told.length).toBeGreaterThan(9);
  const unknown = told
    .map((one) => one.replace('…', 'x --ip 192.168.99.1 --netmask 255.255.255.0 failed:'))
    .filter((one) => findRemedy(one) === undefined);
  // These are made by us, with their remedies: see specs/unit/machine/docker-machine/hints.spec.ts and
  // docker-machine-create.spec.ts beside it.
  expect(unknown).toEqual([
    'the engine has version 24.0.7, and Docker 23.0 removed --cluster-store',
    'the driver virtualbox installs an engine itself',
  ]);
});

/** As one would in a shell, next to this run: with a store and reports of its own. */
async function typeIn(block: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'providers-page-'));
  const env = {
    ...(process.env as Record<string, string>),
    CI: '1',
    NO_COLOR: '1',
    MACHINE_STORAGE_PATH: join(folder, 'store'),
    OVERLAY_E2E_REPORTS: join(folder, 'reports'),
  };
  // Machines of the built-in provider, whatever command made them: none any more, unless something failed.
  onTestFinished(async () => {
    const down = ['exec', '--', 'overlay-e2e', 'down'];
    await runCommand('npm', down, { cwd: root, env: { ...env, E2E_PROVIDER: 'netns' } });
    rmSync(folder, { recursive: true, force: true });
  });
  const { stdout, stderr } = await runCommand('sh', ['-ec', block], { cwd: root, env });
  return `${stdout}${stderr}`;
}
