import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findHint } from '../../helpers/machine/docker-machine/hints.ts';
import { findProgram } from '../../helpers/process/files/find-program.ts';
import { typeBlock } from './type-block.ts';

// Runs every block of docs/providers.md
const root = join(import.meta.dirname, '../..');
const page = readFileSync(join(root, 'docs/providers.md'), 'utf8');
const blocks = [...page.matchAll(/```sh\n(.*?)```/gs)].map(([, block = '']) => block.trim());

const withHosts =
  'npx node specs/machine/generic-hosts/with-generic-hosts.ts mh-keystore master-host worker-host -- npm run e2e';

test('This spec runs all blocks of the page; the uml project runs its own blocks', () => {
  expect(blocks).toEqual([
    'npx overlay-e2e doctor',
    expect.stringMatching(/^npx overlay-e2e up swarm-mode --provider uml\n/),
    'npx overlay-e2e doctor\nnpx overlay-e2e up\nnpx overlay-e2e down',
    expect.stringMatching(
      /^npx overlay-e2e doctor\nnpx overlay-e2e up\nnode helpers.cli.rootless\.ts curl /,
    ),
    expect.stringMatching(/^export E2E_PROVIDER=docker-machine E2E_DOCKER_MACHINE=/),
    withHosts,
  ]);
});

test('doctor finds nothing missing on a machine that runs these specs', async () => {
  expect(await typeIn(blocks[0] ?? '')).toMatch(/Nothing is missing/);
});

test('The provider docker-machine creates machines with netns-machine as its command', async () => {
  const said = await typeIn(blocks[4] ?? '');
  expect(said).toContain(
    'provider docker-machine with the driver netns: E2E_PROVIDER=docker-machine',
  );
  expect(said).toMatch(/seed is up after/);
  expect(said).toMatch(/Removed: mh-keystore\./);
});

test('the real docker-machine runs the seed specs on hosts for its driver generic', async ({
  skip,
}) => {
  if (findProgram('docker-machine') === undefined) skip('no docker-machine on PATH');
  // One part of the topology is enough: docker-machine's share is the same for all.
  const said = await typeIn(`${withHosts} -- specs/seed/cluster.spec.ts`);
  expect(said).toContain('provider docker-machine with the driver generic, because');
  expect(said).toMatch(/[1-9]\d* passed, 0 failed/);
});

test('Each known limit has a hint, or a skipped spec with its reason', () => {
  const [, table = ''] = page.split('## Known limits');
  const told = [...table.matchAll(/^\| `(.*?)`(?:, `(.*?)`)? \|/gm)].flatMap(([, ...words]) =>
    words.filter((one) => one !== undefined),
  );
  expect(told.length).toBeGreaterThan(9);
  const unknown = told
    .map((one) => one.replace('…', 'x --ip 192.168.99.1 --netmask 255.255.255.0 failed:'))
    .filter((one) => findHint(one) === undefined);
  // Our own errors with a hint: see specs/unit/machine/docker-machine/hints.spec.ts and docker-machine-create.spec.ts.
  expect(unknown).toEqual([
    'the engine has version 24.0.7, and Docker 23.0 removed --cluster-store',
    'the driver virtualbox installs an engine itself',
  ]);
});

/** Runs a block, and returns everything that it prints. */
async function typeIn(block: string): Promise<string> {
  const { stdout, stderr } = await typeBlock(block);
  return `${stdout}${stderr}`;
}
