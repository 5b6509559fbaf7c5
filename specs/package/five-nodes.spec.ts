import { mkdtemp, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, test as base } from 'vitest';
import { PROBE_LABEL } from '../../helpers/check/probe/start/describe-probe.ts';
import { initSwarm, joinSwarm, waitForSwarm } from '../../helpers/cluster/swarm-mode/swarm-mode.ts';
import type { Engine } from '../../helpers/docker/engine.ts';
import { allSettled } from '../../helpers/process/errors/harness-error.ts';
import { type CommandResult, runCommand } from '../../helpers/process/run-command.ts';
import { done, notYet, waitFor } from '../../helpers/process/waits/wait-for.ts';
import type { AuditDocument } from '../../helpers/report/findings/audit-document.ts';
import { isOver } from '../../helpers/topology/target/probe-service.ts';
import { BUSYBOX } from '../machine/busybox-image.ts';
import { type NetnsLab, openNetnsLab, setUpIn } from '../machine/netns-lab.ts';
import { createMachine } from '../swarm-mode/lab.ts';
import { type StartedCommand, startCommand } from '../topology/command.ts';
import { buildExecutables, buildImageOf, equipManager, loadImage, program } from './executables.ts';
import { installPackage } from './install-package.ts';
import { packProject } from './packed.ts';

const NAMES = ['manager', 'web', 'db', 'firewalled', 'dead'] as const;

type Name = (typeof NAMES)[number];

/** A swarm of five nodes, of which one accepts no connections to its engine, and one has no power. */
interface FiveNodes extends NetnsLab {
  readonly engines: Readonly<Record<Name, Engine>>;
  /** Variables of a command line on the manager with which Docker's client reaches the engine over TLS. */
  readonly overTls: string;
  /** The archive of the container image, which the manager's engine has. */
  readonly image: string;
}

async function bringUp(lab: NetnsLab, executables: string): Promise<FiveNodes> {
  const created = await allSettled(
    'create',
    NAMES.map(async (name) => [name, await createMachine(lab, name)] as const),
  );
  const engines = Object.fromEntries(created) as Record<Name, Engine>;
  const { manager, ...workers } = engines;
  const tokens = await initSwarm(manager);
  await allSettled(
    'join',
    Object.values(workers).map((one) => joinSwarm(one, manager, tokens.worker)),
  );
  await waitForSwarm(manager, Object.values(engines));
  const run = async (machine: string, line: string) => {
    const { exitCode, stderr } = await lab.inside(machine, line);
    expect(exitCode, stderr).toBe(0);
  };
  await run('manager', 'docker network create --driver overlay --attachable shop');
  const container = `docker run --detach --network shop ${BUSYBOX} sleep 10000`;
  for (const machine of ['manager', 'web', 'db']) await run(machine, container);
  const file = join(executables, `overlay-e2e-linux-${process.arch}`);
  const overTls = await equipManager(lab, manager, file);
  const image = await buildImageOf(executables);
  await loadImage(lab, image, 'manager');
  await run('manager', `${program} plugin install`);
  await run('firewalled', 'iptables --insert INPUT --protocol tcp --dport 2376 --jump DROP');
  await lab.provider.kill('dead');
  await waitFor(
    'the manager: the dead node is down',
    async () => {
      const nodes = await manager.nodes.list({ quiet: true });
      const states = nodes.map(({ hostname, state }) => `${hostname} ${state}`);
      return states.includes('dead down') ? done(undefined) : notYet(states.join(', '));
    },
    { limit: 120_000 },
  );
  return { ...lab, engines, overTls, image };
}

const root = join(import.meta.dirname, '../..');
const packed = packProject();

const test = base
  .extend(
    'executables',
    { scope: 'file' },
    // oxlint-disable-next-line eslint/no-empty-pattern -- Vitest reads from it what the fixture needs: nothing.
    async ({}, { onCleanup }) => await buildExecutables(onCleanup, [process.arch]),
  )
  .extend('swarm', { scope: 'file' }, async ({ executables }, { onCleanup }) => {
    const lab = await openNetnsLab();
    onCleanup(() => lab[Symbol.asyncDispose]());
    return await setUpIn(lab, async () => await bringUp(lab, executables));
  })
  // The nodes that run tasks have the image.
  .extend('loaded', { scope: 'file' }, async ({ swarm }) => {
    await allSettled(
      'load',
      (['web', 'db', 'firewalled'] as const).map((name) => loadImage(swarm, swarm.image, name)),
    );
    return swarm;
  });

/** Checks from a project that has the package installed, with the address of the manager alone. */
async function checkWithPackage({ engines: { manager } }: FiveNodes): Promise<CommandResult> {
  const home = await installPackage(packed());
  const { address, certificates } = manager.machine;
  return await runCommand('npx', ['--no-install', 'overlay-e2e', 'check', '--json'], {
    cwd: home,
    env: {
      ...(process.env as Record<string, string>),
      CI: '1',
      MACHINE_STORAGE_PATH: join(home, 'machines'),
      DOCKER_HOST: `tcp://${address}:2376`,
      DOCKER_TLS_VERIFY: '1',
      DOCKER_CERT_PATH: certificates,
    },
    limit: 120_000,
    expect: 'any',
  });
}

const inContainer = (address: string) =>
  `docker run --rm --volume /root/certificates:/certificates:ro --env DOCKER_HOST=tcp://${address}:2376 --env DOCKER_TLS_VERIFY=1 --env DOCKER_CERT_PATH=/certificates overlay-e2e check --json`;

const forms: readonly (readonly [string, (swarm: FiveNodes) => Promise<CommandResult>])[] = [
  ['npm package', checkWithPackage],
  ['executable', (swarm) => swarm.inside('manager', `${swarm.overTls} ${program} check --json`)],
  [
    'container image',
    (swarm) => swarm.inside('manager', inContainer(swarm.engines.manager.machine.address)),
  ],
  ['plugin', (swarm) => swarm.inside('manager', `${swarm.overTls} docker overlay check --json`)],
];

describe('A swarm of five nodes with a firewalled and a dead one, from its manager', () => {
  test.for(forms)('has the same result with the %s', async ([, check], { swarm }) => {
    const { firewalled, dead } = swarm.engines;
    const { exitCode, stdout, stderr } = await check(swarm);
    expect(stdout, stderr).not.toBe('');
    const { cluster, verdict, coverage, diagnoses } = JSON.parse(stdout) as AuditDocument;
    expect(exitCode, stderr).toBe(1);
    expect({
      verdict,
      hosts: cluster.hosts.map(({ name }) => name).toSorted(),
      examined: coverage.examined,
      known: coverage.known,
      unexamined: coverage.unexamined,
      found: diagnoses.map(({ code, where }) => `${code} ${where.host ?? ''}`),
    }).toEqual({
      verdict: 'defects',
      hosts: ['db', 'manager', 'web'],
      examined: 3,
      known: 5,
      unexamined: ['firewalled'],
      found: ['engine-not-clustered dead'],
    });
    for (const { machine } of [firewalled, dead]) {
      expect(stderr).toContain(`not examined: tcp://${machine.address}:2376: `);
    }
  });
});

/** The service and the secret of checks that the swarm has. */
async function objectsOfChecks({ engines: { manager } }: FiveNodes): Promise<string[]> {
  const [services, secrets] = await Promise.all([
    manager.services.labelled(PROBE_LABEL),
    manager.secrets.labelled(PROBE_LABEL),
  ]);
  return [...services, ...secrets].map(({ name }) => name);
}

interface StartOptions {
  readonly options?: readonly string[];
  /** The folder for its temporary files. */
  readonly temporary?: string;
}

/** Starts a check from outside of the swarm. Returns when its service and its secret are there. */
async function startCheck(
  swarm: FiveNodes,
  onTestFinished: (clean: () => Promise<void>) => void,
  { options = [], temporary = dirname(swarm.folder) }: StartOptions = {},
): Promise<StartedCommand> {
  const { address, certificates } = swarm.engines.manager.machine;
  const check = startCommand(
    join(root, 'helpers/cli/overlay-e2e.sh'),
    ['check', '--probe-service', 'overlay-e2e', ...options],
    {
      ...(process.env as Record<string, string>),
      MACHINE_STORAGE_PATH: join(swarm.folder, '../none'),
      TMPDIR: temporary,
      DOCKER_HOST: `tcp://${address}:2376`,
      DOCKER_TLS_VERIFY: '1',
      DOCKER_CERT_PATH: certificates,
      NO_COLOR: '1',
    },
  );
  onTestFinished(async () => {
    check.signal('SIGKILL', 'group');
    await check.ended;
  });
  await waitFor(
    'the service of the check',
    async () => {
      const names = await objectsOfChecks(swarm);
      return names.length === 2 ? done(undefined) : notYet(names.join(', '));
    },
    { limit: 60_000, every: 20 },
  );
  return check;
}

const throughSocket =
  'docker run --rm --volume /var/run/docker.sock:/var/run/docker.sock overlay-e2e check --probe-service overlay-e2e';

// Runs: docker run --rm --volume /var/run/docker.sock:/var/run/docker.sock overlay-e2e check --probe-service overlay-e2e
// The container image.
describe('With --probe-service, a socket of the manager', () => {
  test('shows every node that runs, also the firewalled one, and nothing is left', async ({
    loaded: swarm,
  }) => {
    const containers = async () =>
      await allSettled(
        'docker ps',
        (['manager', 'web', 'db', 'firewalled'] as const).map(
          async (name) => (await swarm.inside(name, 'docker ps --all --quiet')).stdout,
        ),
      );
    const before = await containers();
    const left = 'overlay-e2e-probe-left';
    const labels = '--label org.overlay-e2e.probe=service --label org.overlay-e2e.lifetime=-100';
    const prepared = await swarm.inside(
      'manager',
      `echo x | docker secret create ${labels} ${left} - && docker service create --detach ${labels} --secret ${left} --name ${left} --mode global ${BUSYBOX} true`,
    );
    expect(prepared.exitCode, prepared.stderr).toBe(0);
    const { exitCode, stdout, stderr } = await swarm.inside('manager', `${throughSocket} --json`);
    expect(stdout, stderr).not.toBe('');
    const { cluster, coverage, diagnoses, comparisons } = JSON.parse(stdout) as AuditDocument;
    expect(exitCode, stderr).toBe(1);
    expect({
      hosts: cluster.hosts.map(({ name }) => name).toSorted(),
      coverage: { examined: coverage.examined, known: coverage.known, left: coverage.unexamined },
      found: diagnoses.map(({ code, where }) => `${code} ${where.host ?? ''}`),
    }).toEqual({
      hosts: ['db', 'firewalled', 'manager', 'web'],
      coverage: { examined: 4, known: 5, left: [] },
      found: ['engine-not-clustered dead'],
    });
    const passed = comparisons.filter(({ state }) => state === 'passed').map(({ needs }) => needs);
    expect(new Set(passed)).toEqual(new Set(['api', 'probe', 'privileged-probe']));
    expect(JSON.stringify(cluster)).not.toContain('overlay-e2e-probe-');
    expect(await objectsOfChecks(swarm)).toEqual([]);
    await waitFor(
      'the end of the tasks',
      async () => {
        const now = await containers();
        const isSame = JSON.stringify(now) === JSON.stringify(before);
        return isSame ? done(undefined) : notYet(JSON.stringify([before, now]));
      },
      { limit: 60_000 },
    );
  });

  test('says why a node has no task', async ({ loaded: swarm }) => {
    const line = `${throughSocket.replace(/overlay-e2e$/, 'overlay-e2e:unknown')} --no-probe`;
    const { exitCode, stdout, stderr } = await swarm.inside('manager', line);
    expect(exitCode, stdout).toBe(1);
    const { address } = swarm.engines.firewalled.machine;
    expect(stderr).toMatch(
      new RegExp(
        `not examined: ${address}: .*; its task of the probe service does not run: rejected, .*overlay-e2e:unknown`,
      ),
    );
    expect(await objectsOfChecks(swarm)).toEqual([]);
  });

  test('leaves nothing after Ctrl-C', async ({ loaded: swarm, onTestFinished }) => {
    const check = await startCheck(swarm, onTestFinished);
    check.signal('SIGINT', 'group');
    const { exitCode, stderr } = await check.ended;
    expect(exitCode, stderr).toBe(130);
    expect(await objectsOfChecks(swarm)).toEqual([]);
  });

  test('of a killed check is removed by the next one, after its tasks have ended by themselves', {
    timeout: 480_000,
  }, async ({ loaded: swarm, onTestFinished }) => {
    const { manager } = swarm.engines;
    const temporary = await mkdtemp(join(dirname(swarm.folder), 'temporary-'));
    const options = ['--limit', '30'];
    const check = await startCheck(swarm, onTestFinished, { options, temporary });
    const left = await objectsOfChecks(swarm);
    expect(left).toHaveLength(2);
    check.signal('SIGKILL', 'group');
    await check.ended;
    expect(await readdir(temporary), 'its temporary files').toEqual([]);
    // This check could still be using them.
    const early = await swarm.inside('manager', `${throughSocket} --no-probe`);
    expect(early.exitCode, early.stderr).toBe(1);
    expect(await objectsOfChecks(swarm)).toEqual(left);

    await waitFor(
      'the end of the lifetime of the tasks',
      async () => {
        const [service] = await manager.services.labelled(PROBE_LABEL);
        const { systemTime } = await manager.info();
        const line = `docker service ps --format '{{.CurrentState}}' ${left[0]}`;
        const states = (await swarm.inside('manager', line)).stdout.trim().split('\n');
        const haveEnded = states.every((state) => state.startsWith('Complete '));
        const isPast = service !== undefined && isOver(service, systemTime);
        return haveEnded && isPast ? done(undefined) : notYet(`${systemTime}: ${states.join()}`);
      },
      { limit: 300_000, every: 2000 },
    );
    expect(await objectsOfChecks(swarm)).toEqual(left);
    const next = await swarm.inside('manager', `${throughSocket} --no-probe`);
    expect(next.exitCode, next.stderr).toBe(1);
    expect(await objectsOfChecks(swarm)).toEqual([]);
  });
});
