import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { tutorialTopologies } from '../../../helpers/topology/topologies.ts';

const root = join(import.meta.dirname, '../../..');
const fakeVirtualBox = join(import.meta.dirname, 'fake-vboxmanage.sh');

/** A runner with a fake VirtualBox, and more programs that are scripts. */
function makeRunner(programs: Readonly<Record<string, string>> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'runner-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const [bin, vms, store] = ['bin', 'vms', 'store'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  for (const one of [bin, vms, store]) mkdirSync(one);
  symlinkSync(fakeVirtualBox, join(bin, 'VBoxManage'));
  const scripts = { sleep: ':', ...programs };
  for (const [name, script] of Object.entries(scripts)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }
  const env = {
    PATH: `${bin}:${process.env['PATH'] ?? ''}`,
    FAKE_VMS: vms,
    MACHINE_STORAGE_PATH: store,
  };
  return {
    folder,
    store,
    addVm: (id: string, settings: string, ...states: string[]) => {
      writeFileSync(join(vms, id), settings);
      for (const state of states) writeFileSync(join(vms, `${id}.${state}`), '');
    },
    vms: () => readdirSync(vms).filter((name) => !name.includes('.')),
    run: (script: string, ...args: string[]) =>
      spawnSync('sh', [join(root, '.ci', script), ...args], { env, encoding: 'utf8' }),
  };
}

describe('The clean-up after a broken earlier night', () => {
  test('deletes only the virtual machines in its state directory, including those of specs', () => {
    const { store, folder, addVm, vms, run } = makeRunner();
    addVm('id-1', `${store}/machines/mh-keystore/mh-keystore/mh-keystore.vbox`, 'running');
    addVm('id-2', `${store}/machines/worker-host/worker-host/worker-host.vbox`);
    addVm('id-3', `${store}/tmp/contract-x/machines/contract-9/contract-9/contract-9.vbox`);
    addVm('id-4', `${store}-of-another/machines/mh-keystore/mh-keystore.vbox`, 'running');
    addVm('id-5', '');
    mkdirSync(join(store, 'machines', 'forgotten'), { recursive: true });
    mkdirSync(join(store, 'cache'));
    const { status, stdout, stderr } = run('sweep-virtualbox.sh');
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout.match(/left by an earlier run/g)).toHaveLength(3);
    expect(vms()).toEqual(['id-4', 'id-5']);
    expect(readFileSync(join(folder, 'calls'), 'utf8')).not.toMatch(
      /(controlvm|unregistervm) id-4/,
    );
    // boot2docker's image stays.
    expect(readdirSync(store)).toEqual(['cache']);
  });

  test('fails with the command for the remaining machines if one cannot be deleted', () => {
    const { store, addVm, vms, run } = makeRunner();
    addVm('id-1', `${store}/machines/m1/m1/m1.vbox`, 'stuck');
    const { status, stderr } = run('sweep-virtualbox.sh');
    expect(status).not.toBe(0);
    expect(stderr).toContain('VBoxManage unregistervm id-1 --delete');
    expect(vms()).toEqual(['id-1']);
  });

  test('finds nothing to do on a new runner', () => {
    const { store, run } = makeRunner();
    rmSync(store, { recursive: true });
    expect(run('sweep-virtualbox.sh')).toMatchObject({ status: 0, stdout: '', stderr: '' });
  });
});

describe('The evidence of a failed night', () => {
  const dockerMachine = `case $1 in
  version) echo 'docker-machine version 0.16.2' ;;
  ls) [ "\${2:-}" = -q ] && printf 'm1\\nm2\\n' || echo 'NAME STATE' ;;
  inspect) echo '{"Driver": {"AccessToken": "hunter2", "SSHUser": "docker"}}' ;;
  ssh) echo "log of $2"; echo 'MYSQL_ROOT_PASSWORD=hunter2'; [ "$2" = m2 ] || exit 255 ;;
esac`;

  test("has versions, networks, the output of each machine, and VirtualBox's logs", () => {
    const { store, folder, run } = makeRunner({ 'docker-machine': dockerMachine });
    const logs = join(store, 'machines/m1/m1/Logs');
    mkdirSync(logs, { recursive: true });
    writeFileSync(join(logs, 'VBox.log'), 'power on');
    const evidence = join(folder, 'evidence');
    expect(run('collect-evidence.sh', evidence).status).toBe(0);
    const read = (name: string) => readFileSync(join(evidence, name), 'utf8');
    expect(read('versions.txt')).toContain('0.16.2');
    expect(read('versions.txt')).toContain('6.1.50');
    expect(read('host-only-networks.txt')).toContain('192.168.99.1');
    expect([read('m1.txt'), read('m2.txt')]).toEqual([
      'log of m1\nMYSQL_ROOT_PASSWORD=…\n',
      'log of m2\nMYSQL_ROOT_PASSWORD=…\n',
    ]);
    expect(JSON.parse(read('m1.inspect.json'))).toEqual({
      Driver: { AccessToken: '…', SSHUser: 'docker' },
    });
    expect(read('m1.VBox.log')).toBe('power on');
  });

  test('is incomplete but present if docker-machine and all machines are gone', () => {
    const { folder, run } = makeRunner({ 'docker-machine': 'exit 127' });
    const evidence = join(folder, 'evidence');
    expect(run('collect-evidence.sh', evidence).status).toBe(0);
    expect(existsSync(join(evidence, 'versions.txt'))).toBe(true);
  });
});

test('The reports of a night keep their paths when published; an index leads to the seed’s', () => {
  const { folder, run } = makeRunner();
  const reports = join(folder, 'reports');
  for (const kind of ['', 'etcd', 'swarm-mode']) {
    mkdirSync(join(reports, kind, 'allure-report'), { recursive: true });
    writeFileSync(join(reports, kind, 'allure-report/index.html'), `report of ${kind}`);
  }
  mkdirSync(join(reports, 'zookeeper'));
  const pages = join(folder, 'pages');
  expect(run('gather-pages.sh', reports, pages)).toMatchObject({ status: 0, stderr: '' });
  const files = readdirSync(pages, { recursive: true, withFileTypes: true })
    .filter((one) => one.isFile())
    .map(({ parentPath, name }) => relative(pages, join(parentPath, name)));
  expect(files.toSorted()).toEqual([
    'allure-report/index.html',
    'etcd/allure-report/index.html',
    'index.html',
    'swarm-mode/allure-report/index.html',
  ]);
  const etcd = readFileSync(join(pages, 'etcd/allure-report/index.html'), 'utf8');
  expect(etcd).toBe('report of etcd');
  const [, leadsTo = ''] = /url=(\S+)"/.exec(readFileSync(join(pages, 'index.html'), 'utf8')) ?? [];
  expect(files).toContain(leadsTo);
});

describe('The nightly workflow', () => {
  const workflow = readFileSync(join(root, '.github/workflows/nightly.yml'), 'utf8');
  const at = (words: string) => {
    const index = workflow.indexOf(words);
    expect(index, words).toBeGreaterThan(0);
    return index;
  };

  test('cleans up before the tests, and collects the evidence before it removes the machines', () => {
    const order = [
      'npm ci',
      'name: Sweep what a broken earlier night left',
      'npm test --',
      'name: Collect the evidence of a failed night',
      'name: Remove the machines',
      'name: The other kinds of cluster, one after the other',
      'name: Keep the histories for the next night',
      'name: Put the reports together',
    ].map(at);
    expect(order).toEqual(order.toSorted((a, b) => a - b));
  });

  test('keeps the histories of all kinds under the names that it fetches them by', () => {
    const paths = [...workflow.matchAll(/path: \|\n((?: +reports\/.*history\.jsonl\n)+)/g)].map(
      ([, lines = '']) => lines.trim().split(/\s+/),
    );
    const histories = ['reports/history.jsonl', 'reports/*/history.jsonl'];
    expect(paths).toEqual([histories, histories]);
    const [, folder] = /OVERLAY_E2E_REPORTS="\$PWD\/(.*?)\/\$kind"/.exec(workflow) ?? [];
    expect(folder).toBe('reports');
  });

  test('runs all seed specs, and only existing files', () => {
    const [, line = ''] =
      /run: TMPDIR="\$MACHINE_STORAGE_PATH\/tmp" npm test -- (.*)/.exec(workflow) ?? [];
    expect(line.split(' ')).toContain('specs/seed');
    const paths = line.split(' ').filter((word) => !word.startsWith('--'));
    expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([]);
    expect(workflow.match(/\.ci\/[\w-]+\.sh/g)?.every((path) => existsSync(join(root, path)))).toBe(
      true,
    );
  });

  test('runs the specs on every other cluster kind, except the kind without a public image', () => {
    const [, kinds = ''] = /for kind in (.*); do/.exec(workflow) ?? [];
    const others = tutorialTopologies.map(({ name }) => name).filter((name) => name !== 'seed');
    expect(kinds.split(' ')).toEqual(others.filter((name) => name !== 'classic-swarm'));
  });

  test('is one at a time, with a limit, on a runner with VirtualBox', () => {
    expect(workflow).toMatch(/concurrency:\n {2}group: \S+\n {2}cancel-in-progress: false/);
    expect(workflow).toMatch(
      /runs-on: \[self-hosted, linux, virtualbox\]\n {4}timeout-minutes: \d+/,
    );
  });
});
