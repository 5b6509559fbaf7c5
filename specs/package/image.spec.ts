import { join } from 'node:path';
import { describe, expect, test as base } from 'vitest';
import type { AuditDocument } from '../../helpers/report/findings/audit-document.ts';
import {
  buildExecutables,
  buildImageOf,
  type ExecutableLab,
  loadImage,
  openExecutableLab,
} from './executables.ts';

const root = join(import.meta.dirname, '../..');

const test = base
  .extend(
    'folder',
    { scope: 'file' },
    // oxlint-disable-next-line eslint/no-empty-pattern -- Vitest reads from it what the fixture needs: nothing.
    async ({}, { onCleanup }) => await buildExecutables(onCleanup, [process.arch]),
  )
  .extend('lab', { scope: 'file' }, async ({ folder }, { onCleanup }): Promise<ExecutableLab> => {
    const lab = await openExecutableLab(
      join(folder, `overlay-e2e-linux-${process.arch}`),
      onCleanup,
    );
    await loadImage(lab, await buildImageOf(folder), 'manager');
    return lab;
  });

interface Checked {
  readonly exitCode: number;
  readonly document: AuditDocument;
  readonly stderr: string;
}

async function check(lab: ExecutableLab, line: string): Promise<Checked> {
  const { exitCode, stdout, stderr } = await lab.onManager(line);
  expect(stdout, stderr).not.toBe('');
  return { exitCode, document: JSON.parse(stdout) as AuditDocument, stderr };
}

/** A command of docs/install.md, in which 10.0.0.1 is the manager. */
const overTls =
  'docker run --rm --volume ~/.docker:/certificates:ro --env DOCKER_HOST=tcp://10.0.0.1:2376 --env DOCKER_TLS_VERIFY=1 --env DOCKER_CERT_PATH=/certificates overlay-e2e check';

/** Checks the whole swarm in a container, and from outside of it. */
async function checkBoth(lab: ExecutableLab): Promise<[inside: Checked, outside: Checked]> {
  const line = overTls
    .replace('~/.docker', '/root/certificates')
    .replace('10.0.0.1', lab.manager.machine.address);
  return [
    await check(lab, `${line} --json`),
    await check(lab, `${lab.overTls} overlay-e2e check --json`),
  ];
}

/** Returns the parts of a document that do not depend on the time and on the container of the check. */
function essence({ exitCode, document }: Checked) {
  const { cluster, comparisons, diagnoses, kind, verdict } = document;
  const hosts = cluster.hosts.map(({ name }) => name);
  const results = comparisons.map(({ name, state }) => `${name} ${state}`);
  const found = diagnoses.map(({ code, where }) => ({ code, where }));
  return { exitCode, kind, verdict, hosts, results, found };
}

// Runs: docker run --rm --volume ~/.docker:/certificates:ro --env DOCKER_HOST=tcp://10.0.0.1:2376 --env DOCKER_TLS_VERIFY=1 --env DOCKER_CERT_PATH=/certificates overlay-e2e check
describe('The container image', () => {
  test('finds a healthy swarm healthy, as a check outside of it does', async ({ lab }) => {
    const [inside, outside] = await checkBoth(lab);
    expect(inside, inside.stderr).toMatchObject({ exitCode: 0, document: { verdict: 'healthy' } });
    expect(essence(inside)).toEqual(essence(outside));
    expect(essence(inside).hosts.toSorted()).toEqual(['manager', 'worker']);
  });

  test('finds a defect, as a check outside of it does', async ({ lab, onTestFinished }) => {
    await lab.dropVxlan(onTestFinished);
    const [inside, outside] = await checkBoth(lab);
    expect(inside.exitCode, inside.stderr).toBe(1);
    expect(essence(inside)).toEqual(essence(outside));
    expect(inside.document.diagnoses.map(({ code }) => code)).toContain('vxlan-blocked');
  });

  // Runs: docker run --rm --volume /var/run/docker.sock:/var/run/docker.sock overlay-e2e check
  test('examines the node of its socket, and says that it misses the other', async ({ lab }) => {
    const socket = '--volume /var/run/docker.sock:/var/run/docker.sock';
    const line = `docker run --rm ${socket} overlay-e2e check --json`;
    const { exitCode, document, stderr } = await check(lab, line);
    expect(exitCode, stderr).toBe(2);
    expect(document).toMatchObject({ verdict: 'incomplete', diagnoses: [] });
    expect(document.cluster.hosts.map(({ name }) => name)).toEqual(['manager']);
    expect(stderr).toContain(`not examined: ${lab.worker.machine.address}: `);
  });

  test('Docker accepts the stack of the page', async ({ lab }) => {
    const file = join(root, 'docs/monitoring/stack.yml');
    const copied = await lab.script(`netns-machine scp '${file}' manager:/root/stack.yml`);
    expect(copied.exitCode, copied.stderr).toBe(0);
    const { exitCode, stdout, stderr } = await lab.onManager(
      'docker stack config --compose-file /root/stack.yml',
    );
    expect(exitCode, stderr).toBe(0);
    expect(stdout).toContain('image: overlay-e2e:latest');
  });

  test('leaves no container and no image of a probe', async ({ lab }) => {
    const before = await lab.onManager('docker ps --all --quiet; docker images --quiet');
    const run = await lab.onManager(
      'docker run --rm --volume /var/run/docker.sock:/var/run/docker.sock overlay-e2e check',
    );
    expect(run.stdout, run.stderr).toMatch(/manager/);
    const after = await lab.onManager('docker ps --all --quiet; docker images --quiet');
    expect(after.stdout).toBe(before.stdout);
  });
});
