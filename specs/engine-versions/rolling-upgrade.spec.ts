import { describe, expect } from 'vitest';
import { createOverlay } from '../../helpers/cluster/overlay-network.ts';
import { waitForSwarm } from '../../helpers/cluster/swarm-mode/swarm-mode.ts';
import type { Container } from '../../helpers/docker/containers/container.ts';
import type { Engine } from '../../helpers/docker/engine.ts';
import type { NodeFacts } from '../../helpers/docker/swarm/nodes.ts';
import { attach } from '../../helpers/report/results/evidence.ts';
import type { NetnsLab } from '../machine/netns-lab.ts';
import { test as base } from '../machine/netns-test.ts';
import { changeRoles } from '../swarm-mode/change-roles.ts';
import { expectReply, runOn, waitForName } from '../swarm-mode/containers.ts';
import { stopAtFailure } from '../stop-at-failure.ts';
import { bringUpSwarm } from '../swarm-mode/lab.ts';
import { drawProbes, type Step } from './draw-probes.ts';
import { kernelTime, longestGap, readProbes, startProbe, waitForAnswers } from './probes.ts';

const FROM = '20.10.24';
const TO = '26.1.5';
const NETWORK = 'upgraded';

/** Two machines in one swarm, with a container on each that pings the other continuously. */
const test = base.extend('upgrade', { scope: 'file' }, async ({ lab }) => {
  const { manager, worker } = await bringUpSwarm(lab, FROM, ['first', 'second']);
  await createOverlay(manager, { name: NETWORK, attachable: true });
  const probe = async (engine: Engine, name: string, peer: string) =>
    await startProbe(engine, { name, network: NETWORK, peer });
  const probes = [
    await probe(manager, 'probe-of-first', 'probe-of-second'),
    await probe(worker, 'probe-of-second', 'probe-of-first'),
  ] as const;
  await Promise.all(probes.map((one) => waitForAnswers(one, 0)));
  const ids = (await manager.nodes.list()).map(({ id }) => id);
  const steps: Step[] = [];
  return { first: manager, second: worker, probes, ids, steps };
});

interface Stage {
  readonly what: string;
  readonly act: (upgrade: Upgrade, lab: NetnsLab) => Promise<void>;
  /** The manager after the stage. */
  readonly manager: 'first' | 'second';
  readonly nodes: readonly string[];
}

// A single manager would save one step, but could cause up to a minute without an overlay: workers find a manager that
// restarts alone only when they search for one, which they do once a minute.
const STAGES: readonly (readonly [when: string, Stage])[] = [
  [
    'its worker is upgraded: old manager, new worker',
    {
      what: 'second upgraded',
      act: ({ second }, lab) => move(lab, second),
      manager: 'first',
      nodes: [`first: manager, ${FROM}, ready`, `second: worker, ${TO}, ready`],
    },
  ],
  [
    'their roles change: new manager, old worker',
    {
      what: 'roles changed',
      act: ({ first, second }) => changeRoles(first, second),
      manager: 'second',
      nodes: [`first: worker, ${FROM}, ready`, `second: manager, ${TO}, ready`],
    },
  ],
  [
    'the last machine is upgraded',
    {
      what: 'first upgraded',
      act: ({ first }, lab) => move(lab, first),
      manager: 'second',
      nodes: [`first: worker, ${TO}, ready`, `second: manager, ${TO}, ready`],
    },
  ],
];

describe(`A swarm that is upgraded from engine ${FROM} to ${TO}, machine by machine`, {
  shuffle: false,
}, () => {
  stopAtFailure();
  test.for(STAGES)(
    'keeps its nodes and its overlay when %s',
    async ([, { what, act, manager, nodes }], { lab, upgrade }) => {
      await during(what, upgrade, upgrade[manager], () => act(upgrade, lab));
      expect(await describeNodes(upgrade[manager])).toEqual(nodes);
      await expectOverlay(upgrade);
    },
  );
});

interface Upgrade {
  readonly first: Engine;
  readonly second: Engine;
  readonly probes: readonly Container[];
  readonly ids: readonly string[];
  readonly steps: Step[];
}

/** Performs one step. Then the nodes are the same, and the pings of both machines succeed again. */
async function during(
  what: string,
  upgrade: Upgrade,
  manager: Engine,
  act: () => Promise<void>,
): Promise<void> {
  const { first, second, probes, ids, steps } = upgrade;
  const from = kernelTime();
  await act();
  await waitForSwarm(manager, [first, second]);
  const ready = kernelTime();
  await Promise.all(probes.map((probe) => waitForAnswers(probe, ready)));
  steps.push({ what, from, to: kernelTime() });
  await tellGaps(upgrade);
  expect((await manager.nodes.list()).map(({ id }) => id).toSorted()).toEqual(ids.toSorted());
}

async function move(lab: NetnsLab, { machine: { name } }: Engine): Promise<void> {
  const moved = await lab.script(`netns-machine upgrade --netns-engine ${TO} ${name}`);
  expect(moved, moved.stderr).toMatchObject({ exitCode: 0 });
}

async function describeNodes(manager: Engine): Promise<string[]> {
  return (await manager.nodes.list()).map(describeNode).toSorted();
}

function describeNode({ hostname, role, engineVersion, state }: NodeFacts): string {
  return `${hostname}: ${role}, ${engineVersion.replace(/\+dfsg\d+$/, '')}, ${state}`;
}

/** Expects that new containers, one on each machine, reach each other by name. */
async function expectOverlay({ first, second }: Upgrade): Promise<void> {
  const one = await runOn(first, NETWORK, 'one');
  const other = await runOn(second, NETWORK, 'other');
  const address = await one.addressOn(NETWORK);
  const otherAddress = await other.addressOn(NETWORK);
  await waitForName(one, 'other', [otherAddress]);
  await waitForName(other, 'one', [address]);
  await expectReply(one, 'other', otherAddress);
  await expectReply(other, 'one', address);
  await Promise.all([one.remove(), other.remove()]);
}

/** Attaches the longest gaps of the overlay on either side. They are reported without a limit. */
async function tellGaps({ probes, steps }: Upgrade): Promise<void> {
  const rows = await Promise.all(
    probes.map(async (probe) => ({ name: probe.name, probes: await readProbes(probe) })),
  );
  const lines = steps.flatMap((step) =>
    rows.map((row) => {
      const { from, to } = longestGap(row.probes, step.from, step.to);
      return `${step.what}: longest gap ${(to - from).toFixed(2)} s for ${row.name}`;
    }),
  );
  await attach('longest gaps', lines.join('\n'));
  await attach('probes over time', drawProbes(rows, steps), 'image/svg+xml');
}
