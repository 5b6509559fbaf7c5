import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, onTestFinished } from 'vitest';
import { connectEngine } from '../../helpers/docker/engine.ts';
import { findProgram } from '../../helpers/process/files/find-program.ts';
import { done, notYet, waitFor } from '../../helpers/process/waits/wait-for.ts';
import type { AuditDocument } from '../../helpers/report/findings/audit-document.ts';
import { expect, type ByHand, test, VXLAN_PORT } from './by-hand.ts';
import { writeWrongHosts } from './wrong-engines.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/check.md'), 'utf8');
const commands = [...page.matchAll(/```sh\n(.*?)\n```/gs)].map(([, line = '']) => line);
const [, clusterFile = ''] = /```json\n(.*?)```/s.exec(page) ?? [];

/** Returns the only command of the page that contains this text. */
function shown(part: string): string {
  const [line = '', ...others] = commands.filter((one) => one.includes(part));
  expect([line !== '', others], `the page's command with "${part}"`).toEqual([true, []]);
  return line;
}

/** Runs a command of the page and returns the JSON document that it prints. */
async function check(cluster: ByHand, line: string): Promise<AuditDocument> {
  const { exitCode, stdout, stderr } = await cluster.type(`${line} --json`);
  expect(stdout, stderr).not.toBe('');
  const document = JSON.parse(stdout) as AuditDocument;
  expect(exitCode, stderr).toBe({ healthy: 0, defects: 1, incomplete: 2 }[document.verdict]);
  return document;
}

/** Returns the parts of a document that depend neither on the connection to the engines nor on the time. */
function essence({ kind, verdict, diagnoses, comparisons }: AuditDocument) {
  const results = comparisons.map(({ name, state }) => `${name} ${state}`);
  return { kind, verdict, diagnoses, results };
}

describe('A check of a cluster that was created with docker commands only', () => {
  test('finds it healthy through its engines, and leaves it unchanged', async ({ cluster }) => {
    const { web, db } = cluster;
    const before = await cluster.takeInventory();
    const { exitCode, stdout, stderr } = await cluster.type(shown('--tls-dir'));
    expect(stdout, stderr).toMatch(/^✔ web, db: healthy\n/);
    expect(exitCode).toBe(0);
    // These are the first lines of the output.
    expect(stderr.split('\n').slice(0, 2)).toEqual([
      `overlay-e2e: checks web (${web.url}), db (${db.url})`,
      expect.stringMatching(
        /^overlay-e2e: starts one small container on each .* changes nothing else$/,
      ),
    ]);
    expect(await cluster.takeInventory()).toEqual(before);
  });

  test("has the same result through the user's own ssh", async ({ cluster, skip }) => {
    if (findProgram('ssh') === undefined) skip('no ssh on PATH to log in with');
    const before = await cluster.takeInventory();
    const throughSsh = await check(cluster, shown('web=ssh://'));
    const direct = await check(cluster, shown('--tls-dir'));
    expect(direct).toMatchObject({ kind: 'swarm-mode', verdict: 'healthy' });
    expect(essence(throughSsh)).toEqual(essence(direct));
    expect(await cluster.takeInventory()).toEqual(before);
  });

  test('finds it healthy through Docker contexts, without probes', async ({ cluster }) => {
    const { comparisons, ...document } = await check(cluster, shown('--no-probe'));
    expect(document).toMatchObject({ target: 'web, db', verdict: 'healthy' });
    const passed = comparisons.filter(({ state }) => state === 'passed').map(({ needs }) => needs);
    expect(new Set(passed)).toEqual(new Set(['api']));
  });

  test('finds it healthy by the names of its machines, without kernels', async ({ cluster }) => {
    const { comparisons, ...document } = await check(cluster, shown('web db'));
    expect(document).toMatchObject({ target: 'web, db', verdict: 'healthy' });
    const passed = comparisons.filter(({ state }) => state === 'passed').map(({ needs }) => needs);
    expect(new Set(passed)).toEqual(new Set(['api', 'probe']));
  });

  test('compares it with the file that describes it', async ({ cluster, skip }) => {
    if (findProgram('ssh') === undefined) skip('no ssh on PATH to log in with');
    await cluster.write('cluster.json', clusterFile);
    expect(await check(cluster, shown('cluster.json'))).toMatchObject({
      target: 'shop',
      verdict: 'healthy',
    });
    const wrong = clusterFile.replace('a car', 'a bus').replace('"mysqlserver"', '"postgres"');
    await cluster.write('cluster.json', wrong);
    const { diagnoses } = await check(cluster, `${shown('cluster.json')} --no-probe`);
    expect(diagnoses.map(({ code }) => code).toSorted()).toEqual([
      'application-wrong-answer',
      'container-down',
    ]);
  });
});

test('--watch reports a finding and its --fix; Ctrl-C leaves nothing', async ({ cluster }) => {
  const { web } = cluster;
  const before = await cluster.takeInventory();
  const watch = cluster.start(shown('--watch').replace('30', '1'));
  // After a failure, later tests must not find the probes of this watch.
  onTestFinished(async () => {
    watch.signal('SIGKILL', 'group');
    await watch.ended;
  });
  onTestFinished(() => cluster.restoreEntry());
  await watch.says('✔ web, db: healthy');
  const entry = await cluster.misdirectEntry();
  await watch.says('✖ new: forwarding-entry-wrong, web');
  const fixed = await cluster.type(`${shown('--fix')} --yes`);
  expect(fixed.stdout, fixed.stderr).toMatch(/^✔ web, db: healthy\n/);
  expect(fixed.stderr).toContain('overlay-e2e: 1 of 1 done; checking again');
  expect(await cluster.inOverlay('web', 'bridge fdb show dev vxlan0')).toContain(entry);
  await watch.says('✔ resolved: forwarding-entry-wrong, web');

  using engine = connectEngine(web);
  await waitFor(
    'a probe on web',
    async () => {
      const all = await engine.containers.list({ quiet: true });
      const isThere = all.some(({ labels }) => 'org.overlay-e2e.probe' in labels);
      return isThere ? done(undefined) : notYet(all.map(({ name }) => name).join(', '));
    },
    { limit: 60_000, every: 5 },
  );
  watch.signal('SIGINT', 'group');
  const { exitCode, stderr } = await watch.ended;
  expect(exitCode, stderr).toBe(130);
  expect(stderr).toMatch(/\noverlay-e2e: interrupted by SIGINT; removing the probes\n/);
  expect(await cluster.takeInventory()).toEqual(before);
});

// Runs every block of docs/check.md
test('This spec runs every command of the page, except the one of the README', () => {
  const typed = [
    '--tls-dir',
    'web=ssh://',
    '--no-probe',
    'web db',
    'cluster.json',
    '--watch',
    '--fix',
    'discover',
  ];
  const others = commands.filter((line) => !typed.some((part) => line.includes(part)));
  expect(others).toEqual(['npx overlay-e2e check']);
});

test('One address is enough: the other node comes from the manager, and from a worker', async ({
  cluster,
}) => {
  const { db } = cluster;
  const one = '--engine tcp://10.0.0.1:2376 --tls-dir certs';
  const whole = await cluster.type(`npx overlay-e2e check ${one}`);
  expect(whole.stdout, whole.stderr).toMatch(/^✔ web, db: healthy\n/);
  const fromWorker = await cluster.type(
    'npx overlay-e2e check --engine tcp://10.0.0.2:2376 --tls-dir certs --no-probe',
  );
  expect(fromWorker.stdout, fromWorker.stderr).toMatch(/^✔ db, web: healthy\n/);
  const found = await cluster.type(shown('discover'));
  expect(found).toMatchObject({ exitCode: 0, stdout: '' });
  const members: unknown = JSON.parse(readFileSync(join(cluster.home, 'members.json'), 'utf8'));
  expect(members).toMatchObject({
    hosts: [{ name: 'web' }, { name: 'db', endpoint: db.url, address: db.address }],
  });
  const described = await cluster.type('npx overlay-e2e check members.json --no-probe');
  expect(described.stdout, described.stderr).toMatch(/^✔ members\.json: healthy\n/);
  const without = await cluster.type(`npx overlay-e2e check ${one} --except db --no-probe`);
  expect(without.stdout, without.stderr).toMatch(/^\? web: incomplete: examined 1 of 2 nodes/);
  const unknown = await cluster.type(`npx overlay-e2e check ${one} --node dv`);
  expect(unknown.stderr).toMatch(/no member that answers is called "dv"\. /);
});

test("A check without a target examines the engine of Docker's current context", async ({
  cluster,
}) => {
  const file = '.docker/config.json';
  onTestFinished(() => {
    rmSync(join(cluster.home, file), { force: true });
  });
  await cluster.write(file, JSON.stringify({ currentContext: 'web' }));
  const current = await cluster.type('npx overlay-e2e check --no-probe');
  expect(current.stdout, current.stderr).toMatch(/^✔ web, db: healthy\n/);
  await cluster.write(file, JSON.stringify({ currentContext: 'wbe' }));
  const unknown = await cluster.type('npx overlay-e2e check --no-probe');
  expect(unknown).toMatchObject({ exitCode: 2, stdout: '' });
  expect(unknown.stderr).toMatch(/unknown Docker context "wbe" in /);
});

test('An unnamed node makes the result incomplete, and --fix then deletes nothing', async ({
  cluster,
}) => {
  const read = async () =>
    await Promise.all(
      ['bridge fdb show dev vxlan0', 'ip neigh show dev vxlan0 nud permanent'].map(
        async (program) => await cluster.inOverlay('web', program),
      ),
    );
  const before = await read();
  const alone = await cluster.type(
    'npx overlay-e2e check --engine web=tcp://10.0.0.1:2376 --tls-dir certs --node web',
  );
  expect(alone.stdout, alone.stderr).toMatch(/^\? web: incomplete: examined 1 of 2 nodes;/);
  expect(alone.exitCode).toBe(2);
  // The manager's list of nodes has priority over `complete: true`.
  const host = { name: 'web', endpoint: 'tcp://10.0.0.1:2376' };
  const file = { name: 'part', tlsFolder: 'certs', complete: true, hosts: [host] };
  await cluster.write('part.json', JSON.stringify(file));
  const fixed = await cluster.type('npx overlay-e2e check part.json --fix --yes');
  expect(fixed.stdout, fixed.stderr).toMatch(/^✖ part: 1 finding; examined 1 of 2 nodes/);
  expect(fixed.exitCode).toBe(1);
  expect(await read()).toEqual(before);
});

test("A DROP rule on the swarm's data path port is reported, and its printed fix works", async ({
  cluster,
}) => {
  const { provider } = cluster;
  const checkAgain = async () => await cluster.type(shown('--tls-dir'));
  const onDb = async (line: string) => await provider.run('db', ['sh', '-ec', line]);
  const rule = `INPUT -p udp --dport ${VXLAN_PORT} -j DROP`;
  await onDb(`iptables -I ${rule}`);
  onTestFinished(async () => {
    await onDb(`iptables -D ${rule} 2>/dev/null || true`);
  });
  const { stdout, stderr, exitCode } = await checkAgain();
  expect(exitCode, stderr).toBe(1);
  expect(stdout).toContain(`vxlan: ${VXLAN_PORT}/udp`);
  expect(stdout).toContain(' 1  vxlan-blocked');
  const [, fix = ''] = /^ {4}(iptables .*)$/m.exec(stdout) ?? [];
  expect(fix, stdout).toContain(`--dport ${VXLAN_PORT} -j DROP`);
  await onDb(fix);
  const after = await checkAgain();
  expect(after.stdout).toMatch(/^✔ web, db: healthy\n/);
});

test('Without a terminal, --fix prompts for nothing and changes nothing', async ({ cluster }) => {
  const { exitCode, stdout, stderr } = await cluster.type(shown('--fix'));
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
  expect(stderr).toBe(
    'overlay-e2e: check: --fix asks before each step, but no terminal is connected. Add --yes to run all steps without questions.\n',
  );
});

describe('Each wrong name is reported in one line, with exit code 2, and starts nothing', () => {
  test('engines that cannot be reached', async ({ cluster }) => {
    await using wrong = await writeWrongHosts(cluster);
    const before = await cluster.takeInventory();
    const { exitCode, stdout, stderr } = await cluster.type('npx overlay-e2e check wrong.json');
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    const lines = stderr
      .trimEnd()
      .split('\n')
      .map((line) => line.replace(/^overlay-e2e: /, ''));
    expect(lines).toEqual(wrong.lines.map((line) => expect.stringMatching(line)));
    expect(await cluster.takeInventory()).toEqual(before);
  });

  test.for([
    [
      '--engine tcp://10.0.0.1:2376 --engine same=tcp://10.0.0.1 --tls-dir certs',
      /^--engine tcp:\S+ and --engine tcp:\S+: both are the same engine. Name each engine once\.$/,
    ],
    ['--engine tcp://10.0.0.1:9', /connection to \S+:9 refused\. Start the engine/],
    ['--context wbe', /^unknown Docker context "wbe" in \S+\. Did you mean "db" or "web"\?$/],
    ['web bd', /^unknown machine "bd" in \S+\. Valid machines: db, web\.$/],
  ] as const)('check %s', async ([words, line], { cluster }) => {
    const { exitCode, stdout, stderr } = await cluster.type(`npx overlay-e2e check ${words}`);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toMatch(/^overlay-e2e: [^\n]*\n$/);
    expect(stderr.trimEnd().replace('overlay-e2e: ', '')).toMatch(line);
  });
});
