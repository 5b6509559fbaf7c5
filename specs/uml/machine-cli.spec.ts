import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test as base, describe, expect } from 'vitest';
import { openLab } from '../machine-cli/lab.ts';
import { listProcesses } from './list-processes.ts';

const test = base.extend(
  'cli',
  { scope: 'file' },
  // oxlint-disable-next-line eslint/no-empty-pattern -- Vitest reads from it what the fixture needs: nothing.
  async ({}, { onCleanup }) => {
    const lab = await openLab();
    onCleanup(() => lab[Symbol.asyncDispose]());
    const run = async (line: string, input?: string): Promise<string> => {
      const { exitCode, stdout, stderr } = await lab.run(line, input);
      expect(exitCode, stderr).toBe(0);
      return stdout.trim();
    };
    await run('netns-machine create -d uml --engine-label role=own --uml-memory 512 own');
    return { run, lab };
  },
);

const BOOT = 'cat /proc/sys/kernel/random/boot_id';

// In this order, because all tests use the same machine.
describe('A machine of the driver uml', { shuffle: false }, () => {
  test('is listed with its driver, state and URL', async ({ cli: { run } }) => {
    const format = '{{.Name}} {{.DriverName}} {{.State}} {{.URL}} {{.Error}}';
    const address = await run('netns-machine ip own');
    expect(await run(`netns-machine ls --filter driver=uml --format '${format}'`)).toBe(
      `own uml Running tcp://${address}:2376`,
    );
    expect(await run('netns-machine status own')).toBe('Running');
    expect(await run('netns-machine url own')).toBe(`tcp://${address}:2376`);
    expect(await run("netns-machine inspect -f '{{.Driver.Memory}}' own")).toBe('512');
  });

  test('has an engine that a docker client reaches with the variables of env', async ({
    cli: { run },
  }) => {
    const labels = `docker info --format '{{join .Labels ","}}'`;
    const line = `eval "$(netns-machine shell --docker)"; eval "$(netns-machine env own)"; ${labels}`;
    expect(await run(line)).toBe('provider=uml,role=own');
  });

  test('runs commands with their input, output and exit code, on its own kernel', async ({
    cli: { run, lab },
  }) => {
    expect(await run(`netns-machine ssh own ${BOOT}`)).not.toBe(await run(BOOT));
    expect(await run('netns-machine ssh own cat', 'text\n')).toBe('text');
    expect(await run('netns-machine ssh own', 'uname -n\n')).toBe('own');
    const failed = await lab.run("netns-machine ssh own 'echo no >&2; exit 3'");
    expect(failed).toMatchObject({ exitCode: 3, stderr: 'no\nexit status 3\n' });
  });

  test('cannot have the engine of this computer', async ({ cli: { lab } }) => {
    const tried = await lab.run('netns-machine create -d uml --uml-engine system second');
    expect(tried.stderr.trim()).toBe(
      'Error creating machine: engine bundle system: machines with their own kernel do not see the programs of this host. Give a version, or the folder of an engine.',
    );
    expect(tried.exitCode).toBe(1);
    expect((await lab.run('netns-machine ls -q')).stdout).toBe('own\n');
  });

  test('takes and gives files', async ({ cli: { run } }) => {
    await run('echo content >file && netns-machine scp file own:/root/copy');
    expect(await run('netns-machine ssh own cat /root/copy')).toBe('content');
    await run('netns-machine scp own:/root/copy back');
    expect(await run('cat back')).toBe('content');
  });

  test('has the parameters that the page sets, until its kernel boots again on restart', async ({
    cli: { run },
  }) => {
    const page = await readFile(join(import.meta.dirname, '../../docs/providers.md'), 'utf8');
    const [, block = ''] = /```\n(netns-machine ssh worker-host sysctl.*?)```/s.exec(page) ?? [];
    const lines = block.trim().replaceAll('worker-host', 'own').split('\n');
    const read = 'netns-machine ssh own sysctl -n net.ipv4.neigh.default.gc_thresh3';
    const before = await run(read);
    expect(before).not.toBe('128');
    for (const line of lines.slice(0, -1)) await run(line);
    expect(await run(read)).toBe('128');
    expect(await run('netns-machine ssh own tc qdisc show dev eth1')).toContain(
      'delay 50ms loss 1%',
    );
    expect(lines.at(-1)).toBe('netns-machine restart own');
    const boot = await run(`netns-machine ssh own ${BOOT}`);
    await run('netns-machine restart own');
    expect(await run(`netns-machine ssh own ${BOOT}`)).not.toBe(boot);
    expect(await run(read)).toBe(before);
    expect(await run('netns-machine ssh own cat /root/copy')).toBe('content');
  });

  test('presents new certificates after regenerate-certs, and the same engine', async ({
    cli: { run },
  }) => {
    const digest = 'sha256sum </etc/docker/server.pem';
    const id = await run('netns-machine ssh own docker info -f {{.ID}}');
    const before = await run(`netns-machine ssh own '${digest}'`);
    await run('netns-machine regenerate-certs -f own');
    expect(await run(`netns-machine ssh own '${digest}'`)).not.toBe(before);
    expect(await run('netns-machine ssh own docker info -f {{.ID}}')).toBe(id);
    expect(await run('netns-machine ls --format {{.Error}}')).toBe('');
  });

  test('stops, is killed, starts and is removed', async ({ cli: { run, lab } }) => {
    for (const verb of ['stop', 'kill']) {
      await run(`netns-machine ${verb} own`);
      expect(await run('netns-machine status own')).toBe('Stopped');
      await run('netns-machine start own');
      expect(await run('netns-machine status own')).toBe('Running');
    }
    expect(listProcesses(lab.store)).not.toEqual([]);
    await run('netns-machine rm -y own');
    expect(await run('netns-machine ls -q')).toBe('');
    expect(listProcesses(lab.store)).toEqual([]);
  });
});
