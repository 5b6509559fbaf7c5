import { join } from 'node:path';
import { describe, expect, test as base } from 'vitest';
import { initSwarm, joinSwarm, waitForSwarm } from '../../helpers/cluster/swarm-mode/swarm-mode.ts';
import type { Engine } from '../../helpers/docker/engine.ts';
import { allSettled } from '../../helpers/process/errors/harness-error.ts';
import { type CommandResult, runCommand } from '../../helpers/process/run-command.ts';
import { done, notYet, waitFor } from '../../helpers/process/waits/wait-for.ts';
import type { AuditDocument } from '../../helpers/report/findings/audit-document.ts';
import { BUSYBOX } from '../machine/busybox-image.ts';
import { type NetnsLab, openNetnsLab, setUpIn } from '../machine/netns-lab.ts';
import { createMachine } from '../swarm-mode/lab.ts';
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
  await loadImage(lab, await buildImageOf(executables), 'manager');
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
  return { ...lab, engines, overTls };
}

const packed = packProject();

const test = base
  // oxlint-disable-next-line eslint/no-empty-pattern -- Vitest reads from it what the fixture needs: nothing.
  .extend('swarm', { scope: 'file' }, async ({}, { onCleanup }) => {
    const executables = await buildExecutables(onCleanup, [process.arch]);
    const lab = await openNetnsLab();
    onCleanup(() => lab[Symbol.asyncDispose]());
    return await setUpIn(lab, async () => await bringUp(lab, executables));
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
