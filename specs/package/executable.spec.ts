import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test as base } from 'vitest';
import type { AuditDocument } from '../../helpers/report/findings/audit-document.ts';
import { buildExecutables, type ExecutableLab, openExecutableLab, program } from './executables.ts';

const test = base
  .extend(
    'executables',
    { scope: 'file' },
    // oxlint-disable-next-line eslint/no-empty-pattern -- Vitest reads from it what the fixture needs: nothing.
    async ({}, { onCleanup }) => await buildExecutables(onCleanup),
  )
  .extend(
    'lab',
    { scope: 'file' },
    async ({ executables }, { onCleanup }): Promise<ExecutableLab> =>
      await openExecutableLab(join(executables, `overlay-e2e-linux-${process.arch}`), onCleanup),
  );

test('there is one file for each processor, of at most 150 MB', ({ executables }) => {
  const names = readdirSync(executables).toSorted();
  const found = names.map((name) => {
    const file = readFileSync(join(executables, name));
    return [name, file.toString('latin1', 0, 4), file.readUInt16LE(18), file.byteLength < 150e6];
  });
  // The numbers of the processors are those of the ELF format.
  expect(found).toEqual([
    ['overlay-e2e-linux-arm64', '\x7fELF', 183, true],
    ['overlay-e2e-linux-x64', '\x7fELF', 62, true],
  ]);
});

describe('On a host without Node.js and without Debian’s tools, the executable', () => {
  test('runs, and finds nothing of these', async ({ lab }) => {
    const tools = await lab.bare('command -v node dpkg apt-get tar docker perl ip');
    expect(tools.stdout).toBe('');
    const version = await lab.bare('overlay-e2e --version');
    expect(version).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
      stderr: '',
    });
  });

  // Runs: overlay-e2e check
  test('checks the whole swarm through one engine, with kernels and live packets', async ({
    lab,
  }) => {
    const { exitCode, stdout, stderr } = await lab.bare(`${lab.overTls} overlay-e2e check --json`);
    expect(exitCode, stderr).toBe(0);
    const { cluster, verdict, comparisons } = JSON.parse(stdout) as AuditDocument;
    expect(verdict).toBe('healthy');
    expect(cluster.hosts.map(({ name }) => name).toSorted()).toEqual(['manager', 'worker']);
    const passed = comparisons.filter(({ state }) => state === 'passed').map(({ needs }) => needs);
    expect(new Set(passed)).toEqual(new Set(['api', 'probe', 'privileged-probe']));
  });

  test('finds a dropped VXLAN packet, and has the page that explains it', async ({
    lab,
    onTestFinished,
  }) => {
    await lab.dropVxlan(onTestFinished);
    const { exitCode, stdout, stderr } = await lab.bare(`${lab.overTls} overlay-e2e check`);
    expect(exitCode, stderr).toBe(1);
    expect(stdout).toMatch(/vxlan-blocked/);
    expect(stdout).toMatch(/\nnext: overlay-e2e check /);
    const [page = ''] = /\S*docs\/diagnoses\/vxlan-blocked\.md/.exec(stdout) ?? [];
    const shown = await lab.bare(`cat ${page}`);
    expect(shown.stdout).toMatch(/^# /);
  });

  test('checks the node of its socket, and names the nodes that it does not show', async ({
    lab,
  }) => {
    const { exitCode, stdout, stderr } = await lab.bare('overlay-e2e check --json');
    expect(exitCode, stderr).toBe(2);
    const { cluster, verdict } = JSON.parse(stdout) as AuditDocument;
    expect(verdict).toBe('incomplete');
    expect(cluster.hosts.map(({ name }) => name)).toEqual(['manager']);
    expect(stderr).toContain(`not examined: ${lab.worker.machine.address}: `);
  });

  test('names the requirements of machines and of tests', async ({ lab }) => {
    const doctor = await lab.bare('overlay-e2e doctor');
    expect(doctor).toMatchObject({ exitCode: 1 });
    expect(doctor.stdout).toMatch(/✖ /);
    const up = await lab.bare('overlay-e2e up');
    expect(up).toMatchObject({ exitCode: 1 });
    expect(up.stderr).toMatch(/flock is part of util-linux/i);
    const tests = await lab.bare('overlay-e2e test');
    expect(tests.exitCode).toBe(1);
    expect(tests.stderr).toMatch(
      /Node\.js is not installed here\. .*npm install --save-dev overlay-e2e vitest/,
    );
  });

  test('is also netns-machine, by the name of a link', async ({ lab }) => {
    const machines = await lab.bare('netns-machine ls');
    expect(machines).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^NAME +ACTIVE/) });
  });

  test('unpacks its files once, into the cache', async ({ lab }) => {
    await lab.bare('overlay-e2e --version; overlay-e2e --version');
    const { stdout } = await lab.bare('ls /root/.cache/overlay-e2e/executable; ls /tmp');
    expect(stdout).toMatch(/^[0-9a-f]{16}\ncompiled\n$/);
    // Without a home directory, the files are there for one call.
    const { stdout: homeless } = await lab.bare('HOME=/nowhere/x overlay-e2e --version; ls /tmp');
    expect(homeless).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe('docker overlay, with Debian’s client', { shuffle: false }, () => {
  // Runs: overlay-e2e plugin install
  test('is a command of docker after "plugin install"', async ({ lab }) => {
    const installed = await lab.onManager(`${program} plugin install`);
    expect(installed).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/^✔ .*docker-overlay\n/),
    });
    const help = await lab.onManager('docker --help');
    expect(help.stdout).toMatch(/\n +overlay\*? +Check the overlay networks of a cluster/);
    const { stdout } = await lab.onManager('docker overlay --help; docker help overlay');
    expect(stdout.match(/^Usage: docker overlay /gm)).toHaveLength(2);
  });

  // Runs: docker overlay check
  test('checks the swarm of the current context', async ({ lab }) => {
    const { exitCode, stdout, stderr } = await lab.onManager(
      `${lab.overTls} docker overlay check --json`,
    );
    expect(exitCode, stderr).toBe(0);
    const { cluster } = JSON.parse(stdout) as AuditDocument;
    expect(cluster.hosts.map(({ name }) => name).toSorted()).toEqual(['manager', 'worker']);
  });

  // Runs: docker --context prod overlay check
  test.for([
    'docker --context prod overlay check',
    'DOCKER_CONTEXT=prod docker overlay check',
    'docker --host tcp://127.0.0.1:1 overlay check',
    'DOCKER_HOST=tcp://127.0.0.1:1 docker overlay check',
  ])('%s checks that engine', async (line, { lab, onTestFinished }) => {
    onTestFinished(async () => {
      await lab.onManager('docker context rm prod');
    });
    await lab.onManager('docker context create prod --docker host=tcp://127.0.0.1:1');
    const { exitCode, stderr } = await lab.onManager(line);
    expect(exitCode, stderr).toBe(2);
    expect(stderr).toMatch(/127\.0\.0\.1:1\b/);
  });

  // Runs: overlay-e2e plugin uninstall
  test('is gone after "plugin uninstall"', async ({ lab }) => {
    const removed = await lab.onManager(`${program} plugin uninstall`);
    expect(removed).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/removed\n$/) });
    const unknown = await lab.onManager('docker overlay check');
    expect(unknown.stderr).toMatch(/'overlay' is not a docker command|unknown command/);
  });
});
