import { mkdtemp, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { cacheFolder } from '../../helpers/debian/cache/cache.ts';
import { type CommandResult, runCommand } from '../../helpers/process/run-command.ts';
import { validateDocument } from '../unit/docs/validate-document.ts';
import { readOnlyCgroups } from '../machine/read-only-cgroups.ts';

const overlay = resolve(import.meta.dirname, '../../helpers/cli/overlay-e2e.sh');

interface Finding {
  readonly subject: string;
  readonly fine: boolean;
  readonly observed: string;
  readonly fix?: string;
}

test('doctor finds nothing missing on a machine that runs these specs, and prints a table', async () => {
  const { exitCode, stdout } = await doctor([]);
  expect(stdout).not.toContain('✖');
  expect(stdout).toMatch(/^✔ Node +24\./m);
  const subjects = 'veth,bridge,vxlan,overlayfs,namespaces,cgroups,state directory,cache';
  for (const subject of subjects.split(',')) {
    expect(stdout).toMatch(new RegExp(`^✔ ${subject} `, 'm'));
  }
  expect(stdout).toMatch(/\nNothing is missing\.\n$/);
  expect(exitCode).toBe(0);
});

test('A missing kernel feature is reported with the command that provides it', async () => {
  const { exitCode, findings } = await diagnose(readOnlyCgroups);
  expect(findings.get('cgroups')).toMatchObject({
    fine: false,
    observed: expect.stringContaining('read-only file system'),
    fix: expect.stringContaining('mount -o remount,rw /sys/fs/cgroup'),
  });
  expect(findings.get('namespaces')).toMatchObject({ fine: true });
  expect(exitCode).toBe(1);
});

test('A state directory on overlayfs, or without free space, is reported', async () => {
  const folder = await scratchFolder();
  const overlayfs = await diagnose(
    `cd ${folder}; mkdir u w m; mount -t overlay -o lowerdir=/usr,upperdir=u,workdir=w overlay m`,
    { MACHINE_STORAGE_PATH: join(folder, 'm/store') },
  );
  expect(overlayfs.findings.get('state directory')).toMatchObject({
    fine: false,
    observed: expect.stringContaining('on an overlay file system'),
    fix: expect.stringContaining('MACHINE_STORAGE_PATH'),
  });
  // Found by an attempt to mount, as an engine would do it.
  expect(overlayfs.findings.get('overlayfs')).toMatchObject({ fine: false });
  expect(overlayfs.exitCode).toBe(1);

  const small = await diagnose(`mount -t tmpfs -o size=20m small ${folder}`, {
    MACHINE_STORAGE_PATH: join(folder, 'store'),
  });
  expect(small.findings.get('state directory')).toMatchObject({
    fine: false,
    observed: expect.stringContaining('0.0 GB free, 1.0 GB required'),
  });
});

test('An address range that the host routes is reported with its interface', async () => {
  const { findings } = await diagnose('true', { E2E_SUBNET: '127.0.0.0/16' });
  expect(findings.get('address range')).toMatchObject({
    fine: false,
    observed: 'this host routes 127.0.0.0/8 through lo',
    fix: expect.stringContaining('E2E_SUBNET'),
  });
});

test('With the provider docker-machine, doctor reports missing programs of docker-machine', async () => {
  const { findings } = await diagnose('true', {
    E2E_PROVIDER: 'docker-machine',
    E2E_DOCKER_MACHINE: '/bin/true',
    MACHINE_DRIVER: 'virtualbox',
    PATH: '/usr/bin:/bin',
  });
  expect([...findings.keys()]).toEqual(['Node', 'provider', '/bin/true', 'VBoxManage']);
  expect(findings.get('VBoxManage')).toMatchObject({
    fine: false,
    fix: expect.stringContaining('E2E_PROVIDER=netns'),
  });
});

test('With VirtualBox, doctor reports an address range that VirtualBox would refuse', async () => {
  const folder = await scratchFolder();
  const fake = resolve(import.meta.dirname, '../unit/ci/fake-vboxmanage.sh');
  const { findings } = await diagnose(`ln -s ${fake} ${folder}/VBoxManage; mkdir ${folder}/vms`, {
    E2E_PROVIDER: 'docker-machine',
    E2E_DOCKER_MACHINE: '/bin/true',
    VIRTUALBOX_HOSTONLY_CIDR: '203.0.113.1/24',
    FAKE_VMS: `${folder}/vms`,
    PATH: `${folder}:/usr/bin:/bin`,
  });
  expect(findings.get('VBoxManage')).toMatchObject({ fine: true, observed: '6.1.50r161033' });
  expect(findings.get('host-only range')).toMatchObject({
    fine: false,
    fix: expect.stringContaining('"* 203.0.113.0/24" to /etc/vbox/networks.conf'),
  });
});

async function scratchFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'doctor-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

async function doctor(
  args: readonly string[],
  setUp = 'true',
  env: Readonly<Record<string, string>> = {},
): Promise<CommandResult> {
  const { PATH = '', HOME = '' } = process.env;
  // The user's own state directory may contain machines of this run.
  const store = join(await scratchFolder(), 'store');
  const script = `${setUp}; exec "$@"`;
  const words = ['--mount', '--propagation', 'private', 'sh', '-euc', script, 'sh'];
  return await runCommand('unshare', [...words, overlay, 'doctor', ...args], {
    env: {
      PATH,
      HOME,
      XDG_CACHE_HOME: resolve(cacheFolder(), '..'),
      MACHINE_STORAGE_PATH: store,
      ...env,
    },
    expect: 'any',
  });
}

/** Returns the findings of doctor in its own mount namespace, which a script has changed. */
async function diagnose(setUp: string, env: Readonly<Record<string, string>> = {}) {
  const { exitCode, stdout } = await doctor(['--json'], setUp, env);
  const document = JSON.parse(stdout) as { findings: Finding[] };
  expect(validateDocument('docs/doctor.schema.json', document)).toEqual([]);
  expect(stdout, 'the home folder contains the name of its user').not.toContain(homedir());
  const { findings } = document;
  for (const { subject, fine, fix } of findings) {
    if (!fine) expect(fix, subject).toMatch(/\w/);
  }
  return { exitCode, findings: new Map(findings.map((one) => [one.subject, one])) };
}
