import { once } from 'node:events';
import { existsSync, globSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { describe, expect, onTestFinished } from 'vitest';
import { findInit } from '../../helpers/netns/boot/boot.ts';
import { ensureAuthority } from '../../helpers/netns/state/certificates.ts';
import {
  machineCgroup,
  readHierarchies,
  readProcesses,
} from '../../helpers/netns/cgroups/cgroup.ts';
import { certificatesFolder, openStore } from '../../helpers/netns/state/store.ts';
import { tryWithoutCertificate } from './try-without-certificate.ts';
import { BUSYBOX, prepareBusyboxImage } from './busybox-image.ts';
import type { NetnsLab } from './netns-lab.ts';
import { test as base } from './netns-test.ts';

const NAME = 'one';

/** In MiB; the engine itself uses about 100. */
const MEMORY = 400;
/** Less than one, because a continuous integration may have only one. */
const CPUS = 0.9;

const mega = 1024 * 1024;

const test = base
  .extend('machine', { scope: 'file' }, async ({ lab }) => {
    // Created by a separate command, which has ended when the tests inspect the machine. It inherits a descriptor and
    // an environment variable, as from `flock` or continuous integration.
    const image = await prepareBusyboxImage();
    const flags = `--netns-memory ${MEMORY} --netns-cpus ${CPUS} --netns-image ${image}`;
    const made = await lab.script(
      `exec 200>"$MACHINE_STORAGE_PATH.held"; export LEAK=leaked; netns-machine create ${flags} ${NAME}`,
    );
    expect(made, made.stderr).toMatchObject({ exitCode: 0 });
    return await lab.provider.inspect(NAME);
  })
  .extend('init', async ({ lab, machine }) => {
    const pid = findInit(lab.provider.stateDirectory, machine.name);
    if (pid === undefined) throw new Error('the machine does not run');
    return pid;
  });

describe('a machine of the built-in provider', () => {
  test.for(['net', 'mnt', 'uts', 'ipc', 'pid', 'cgroup'])(
    'has its own namespace: %s',
    (kind, { init }) => {
      const own = readlinkSync(`/proc/${init}/ns/${kind}`);
      expect(own).toMatch(new RegExp(`^${kind}:`));
      expect(own).not.toBe(readlinkSync(`/proc/self/ns/${kind}`));
    },
  );

  test('outlives the process that created it, and inherits nothing from it', ({
    lab,
    machine,
    init,
  }) => {
    expect(machine.state).toBe('Running');
    const pids = processes(lab, machine.name);
    expect(pids).toContain(init);
    expect(pids.length, 'its engine is among them').toBeGreaterThan(2);
    const held = pids.flatMap((pid) =>
      unlessGone(() => readdirSync(`/proc/${pid}/fd`), []).map((fd) =>
        unlessGone(() => readlinkSync(`/proc/${pid}/fd/${fd}`), ''),
      ),
    );
    expect(held.filter((target) => target.startsWith(`${lab.folder}.held`))).toEqual([]);
    for (const pid of pids) {
      const environment = unlessGone(() => readFileSync(`/proc/${pid}/environ`, 'utf8'), '');
      expect(environment).not.toContain('leaked');
    }
  });

  test('has eth1 with its address and MAC, loopback, its engine’s bridge, and no other link', async ({
    lab,
    machine,
  }) => {
    const { stdout } = await lab.inside(NAME, 'ip -json address show');
    const links = JSON.parse(stdout) as {
      ifname: string;
      address: string;
      addr_info: { family: string; local: string; prefixlen: number }[];
    }[];
    // Some kernels create further links in every namespace: sit0, tunl0.
    const fresh = await lab.onHost('unshare --net ip -json link show');
    const always = (JSON.parse(fresh.stdout) as typeof links).map(({ ifname }) => ifname);
    expect(always).toContain('lo');
    const own = ['docker0', 'eth1', ...always].sort((a, b) => a.localeCompare(b));
    expect(links.map(({ ifname }) => ifname).sort((a, b) => a.localeCompare(b))).toEqual(own);
    const eth1 = links.find(({ ifname }) => ifname === 'eth1');
    expect(eth1?.address).toBe(lab.provider.config(NAME).Driver.MACAddress);
    expect(eth1?.addr_info.filter(({ family }) => family === 'inet')).toEqual([
      expect.objectContaining({ local: machine.address, prefixlen: 24 }),
    ]);
    const shown = (await lab.inside(NAME, 'ls /sys/class/net')).stdout.trim().split(/\s+/);
    expect(
      shown.sort((a, b) => a.localeCompare(b)),
      '/sys shows the links of the host',
    ).toEqual(own);
  });

  test('has its name as its own hostname and in its engine', async ({ lab, machine }) => {
    const { stdout } = await lab.inside(
      machine.name,
      'hostname; cat /etc/hostname; getent hosts one | cut -d" " -f1; docker info -f "{{.Name}}"',
    );
    expect(stdout.split('\n')).toEqual([NAME, NAME, '127.0.1.1', NAME, '']);
  });

  test.for(['/run', '/var/lib/docker', '/etc/docker', '/tmp', '/var/tmp', '/root', '/usr/lib'])(
    'has its own %s',
    async (folder, { lab, machine }) => {
      const mark = join(folder, `mark-${process.pid}`);
      expect(await lab.inside(machine.name, `echo x >${mark}`)).toMatchObject({ exitCode: 0 });
      expect(existsSync(mark)).toBe(false);
    },
  );

  test('cannot see the host’s /run, /tmp and processes', async ({ lab, machine }) => {
    const mark = await mkdtemp(join(tmpdir(), 'host-'));
    onTestFinished(() => rm(mark, { recursive: true }));
    expect(await lab.inside(machine.name, `ls ${mark}`)).toMatchObject({ exitCode: 2 });
    expect(await lab.inside(machine.name, 'ls /run/netns')).toMatchObject({ exitCode: 2 });
    expect((await lab.inside(machine.name, 'cat /proc/1/cmdline')).stdout).toContain('init.sh');
  });

  test('restricts secrets to their owner: keys have mode 0600, folders 0700', ({
    lab,
    machine,
  }) => {
    const folders = [join(lab.folder, 'certs'), machine.certificates];
    const files = folders.flatMap((folder) =>
      readdirSync(folder)
        .filter((name) => /\.(?:pem|json)$/.test(name))
        .map((name) => join(folder, name)),
    );
    const more = [lab.folder, join(lab.folder, 'machines'), join(machine.certificates, 'netns')];
    const modes = Object.fromEntries(
      [...more, ...folders, ...files].map((file) => [
        file.slice(lab.folder.length),
        (statSync(file).mode & 0o777).toString(8),
      ]),
    );
    const wanted = Object.keys(modes).map((name) => {
      if (!name.includes('.')) return [name, '700'];
      return [name, /key\.pem$|\.json$/.test(name) ? '600' : '644'];
    });
    expect(modes).toEqual(Object.fromEntries(wanted));
    expect(Object.keys(modes).filter((name) => name.endsWith('key.pem'))).toHaveLength(4);
  });
});

describe('the engine of a machine', () => {
  test('listens on its Unix socket and, with mutual TLS, on port 2376', async ({
    lab,
    machine,
  }) => {
    const asked = await lab.inside(NAME, 'docker -H unix:///var/run/docker.sock version');
    expect(asked).toMatchObject({ exitCode: 0 });
    const { stdout } = await lab.inside(NAME, 'ss -Hltn | grep -o ":[0-9]* " | sort -u');
    expect(stdout.trim()).toBe(':2376');
    expect(await tryWithoutCertificate(machine)).toMatchObject({ refused: true });
  });

  test('rejects a client with a certificate of another authority', async ({ machine }) => {
    const other = await mkdtemp(join(tmpdir(), 'other-authority-'));
    onTestFinished(() => rm(other, { recursive: true }));
    const store = openStore(other);
    await ensureAuthority(store);
    const folder = certificatesFolder(store);
    expect(await offer(machine.address, machine.certificates, folder)).toMatch(
      /^ERR_SSL_.*(?:UNKNOWN_CA|BAD_CERTIFICATE)/,
    );
    expect(await offer(machine.address, machine.certificates, machine.certificates)).toBe(
      'HTTP/1.1 200 OK',
    );
  });

  test('rejects clients without TLS', async ({ machine }) => {
    const answer = await fetch(`http://${machine.address}:2376/version`);
    expect(answer.status).toBe(400);
    expect(await answer.text()).toBe('Client sent an HTTP request to an HTTPS server.\n');
  });

  test.for(['stop', 'kill'])(
    'can be ended by %s and started; the machine stays, and restart policies apply',
    async (how, { lab, machine, init }) => {
      const both = `${runLine('always', 'always')}; ${runLine('never', 'no')}`;
      const made = await lab.inside(NAME, both);
      expect(made, made.stderr).toMatchObject({ exitCode: 0 });
      onTestFinished(async () => {
        await lab.inside(NAME, 'docker rm -f always never');
      });
      await lab.inside(NAME, 'echo kept >/root/kept');

      expect(await lab.inside(NAME, `service docker ${how}`)).toMatchObject({ exitCode: 0 });
      expect(await lab.inside(NAME, 'service docker status')).toMatchObject({ exitCode: 3 });
      expect(await lab.inside(NAME, 'docker version')).toMatchObject({ exitCode: 1 });
      expect(await lab.provider.inspect(NAME)).toEqual(machine);

      // The provider's own way to start an engine that has ended in a running machine.
      await lab.provider.start(NAME);
      expect(findInit(lab.provider.stateDirectory, NAME)).toBe(init);
      expect((await lab.inside(NAME, 'cat /root/kept')).stdout).toBe('kept\n');
      const states = "docker inspect -f '{{.Name}} {{.State.Running}}' always never";
      expect((await lab.inside(NAME, states)).stdout).toBe('/always true\n/never false\n');
    },
  );

  test('that cannot start is an error with the last line of its log', async ({ lab, machine }) => {
    onTestFinished(async () => {
      await lab.inside(
        NAME,
        '! [ -e /run/engine.sh.good ] || mv /run/engine.sh.good /run/engine.sh',
      );
      await lab.provider.start(NAME);
    });
    await lab.inside(NAME, 'service docker stop');
    await lab.inside(NAME, 'sed "s/^exec /exec false /" -i.good /run/engine.sh');
    await expect(lab.provider.start(NAME)).rejects.toThrow(
      /^machine one: start the engine: dockerd ended; last line of its log: ".*". Read its log/,
    );
    await lab.inside(NAME, 'mv /run/engine.sh.good /run/engine.sh');
    // The log of the failed start is not mistaken for the end of the next engine.
    await lab.provider.start(NAME);
    expect(await lab.provider.inspect(NAME)).toEqual(machine);
  });
});

describe('the limits of a machine', () => {
  test('are on the cgroup that contains all of its processes and containers', async ({
    lab,
    machine,
  }) => {
    onTestFinished(() => removeContainer(lab, 'limited'));
    const started = await lab.inside(NAME, runLine('limited', 'no'));
    expect(started, started.stderr).toMatchObject({ exitCode: 0 });
    const { stdout } = await lab.inside(NAME, "docker inspect -f '{{.State.Pid}}' limited");
    const limits = await readLimits(lab, machine.name);
    expect(limits).toEqual({ memory: MEMORY * mega, cpus: CPUS });
    for (const folder of cgroupsOf(lab, machine.name)) {
      const first = new RegExp(`^NSpid:.*\\t${stdout.trim()}\\t1$`, 'm');
      const below = readProcesses(folder).filter((pid) =>
        first.test(unlessGone(() => readFileSync(`/proc/${pid}/status`, 'utf8'), '')),
      );
      expect(below, folder).toHaveLength(1);
    }
  });

  test('of memory: a container that exceeds it is killed, and the machine continues', async ({
    lab,
    machine,
  }) => {
    onTestFinished(() => removeContainer(lab, 'greedy'));
    const started = await lab.inside(NAME, runLine('greedy', 'no'));
    expect(started, started.stderr).toMatchObject({ exitCode: 0 });
    const folders = cgroupsOf(lab, machine.name);
    const before = countKills(folders);
    // It reads a line without an end.
    const tried = await lab.inside(NAME, 'docker exec greedy busybox tail /dev/zero');
    expect(tried.exitCode).toBe(137);
    expect(countKills(folders)).toBeGreaterThan(before);
    // Version 2 has it since Linux 5.19.
    const peak = await readFirst(folders, ['memory.max_usage_in_bytes', 'memory.peak']);
    if (peak !== undefined) {
      // The kernel allows a small excess: memory that each processor has reserved.
      const beyond = Math.abs(Number(peak) / mega - MEMORY);
      expect(beyond, 'MiB in excess of the limit').toBeLessThan(4 + availableParallelism());
    }
    expect(await lab.inside(NAME, 'docker version')).toMatchObject({ exitCode: 0 });
  });
});

describe('a machine that is stopped and started', () => {
  test('is killed and started with a paused container too', async ({ lab, machine }) => {
    onTestFinished(async () => {
      await lab.provider.start(NAME);
      await removeContainer(lab, 'frozen');
    });
    const frozen = `${runLine('frozen', 'always')} && docker pause frozen`;
    expect(await lab.inside(NAME, frozen)).toMatchObject({ exitCode: 0 });
    await lab.provider.kill(NAME);
    expect(lab.remains().filter((left) => left.includes(NAME))).toEqual([NAME]);
    await lab.provider.start(NAME);
    expect(await lab.provider.inspect(NAME)).toEqual(machine);
    const state = "docker inspect -f '{{.State.Status}}' frozen";
    expect((await lab.inside(NAME, state)).stdout).toBe('running\n');
  });

  test('has its address, MAC and limits again, if two processes start it at the same time', async ({
    lab,
    machine,
  }) => {
    const ask =
      "cat /sys/class/net/eth1/address; docker images -q | wc -l; docker info -f '{{.ID}}'";
    const before = await lab.inside(NAME, ask);
    onTestFinished(() => lab.provider.start(NAME));
    await lab.provider.stop(NAME);
    await Promise.all([lab.provider.start(NAME), lab.provider.start(NAME)]);
    expect(await lab.provider.inspect(NAME)).toEqual(machine);
    expect((await lab.inside(NAME, ask)).stdout).toBe(before.stdout);
    expect(await readLimits(lab, NAME)).toEqual({ memory: MEMORY * mega, cpus: CPUS });
  });
});

// A container's PID 1 ignores SIGTERM by default: without a trap, an engine waits 10 s.
const staysUp = 'trap "exit 0" TERM; while :; do busybox sleep 1 & wait; done';

function runLine(name: string, policy: 'always' | 'no'): string {
  return `docker run -d --name ${name} --restart ${policy} ${BUSYBOX} sh -c '${staysUp}'`;
}

function cgroupsOf({ provider }: NetnsLab, name: string): string[] {
  return readHierarchies().map((hierarchy) =>
    machineCgroup(hierarchy, provider.stateDirectory, name),
  );
}

function processes(lab: NetnsLab, name: string): number[] {
  return [...new Set(cgroupsOf(lab, name).flatMap(readProcesses))];
}

/** Returns the result of a read from /proc, or `gone` if the process has ended or closed the file. */
function unlessGone<T>(look: () => T, gone: T): T {
  try {
    return look();
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return gone;
    throw error;
  }
}

async function removeContainer(lab: NetnsLab, name: string): Promise<void> {
  await lab.inside(NAME, `docker rm -f ${name}`);
}

/** Returns the content of the first of these files in one of the folders; undefined if the kernel has none. */
async function readFirst(
  folders: readonly string[],
  names: readonly string[],
): Promise<string | undefined> {
  const files = folders.flatMap((folder) => names.map((name) => join(folder, name)));
  const file = files.find((one) => existsSync(one));
  return file === undefined ? undefined : await readFile(file, 'utf8');
}

/** Returns the limits in the kernel, in either version of cgroups. */
async function readLimits(lab: NetnsLab, name: string): Promise<{ memory: number; cpus: number }> {
  const folders = cgroupsOf(lab, name);
  const memory = await readFirst(folders, ['memory.limit_in_bytes', 'memory.max']);
  const quota = await readFirst(folders, ['cpu.cfs_quota_us', 'cpu.max']);
  return { memory: Number(memory), cpus: Number(quota?.split(' ')[0]) / 100_000 };
}

/** Returns the number of processes that the kernel has killed for memory in these cgroups and their children. */
function countKills(folders: readonly string[]): number {
  const files = folders.flatMap((folder) =>
    globSync(`${folder}/**/{memory.oom_control,memory.events}`),
  );
  const counts = files.map((file) => {
    const text = unlessGone(() => readFileSync(file, 'utf8'), '');
    return Number(/^oom_kill (\d+)$/m.exec(text)?.[1] ?? 0);
  });
  return counts.reduce((sum, count) => sum + count, 0);
}

/**
 * Returns the engine's answer to a client with the certificate in a folder: its first line, or the code of its alert.
 */
async function offer(host: string, authority: string, client: string): Promise<string> {
  const [ca, cert, key] = await Promise.all([
    readFile(join(authority, 'ca.pem')),
    readFile(join(client, 'cert.pem')),
    readFile(join(client, 'key.pem')),
  ]);
  const socket = connect({ host, port: 2376, ca, cert, key });
  try {
    socket.write(`GET /_ping HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    return answer.toString().split('\r\n')[0] ?? '';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  } finally {
    socket.destroy();
  }
}
