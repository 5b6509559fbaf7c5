import { test as base } from 'vitest';
import type { Probe } from '../../helpers/check/probe/probe.ts';
import { prepareProbeImage } from '../../helpers/check/probe/start/probe-image.ts';
import { startProbe } from '../../helpers/check/probe/start/start-probe.ts';
import { createOverlay } from '../../helpers/cluster/overlay-network.ts';
import type { Container } from '../../helpers/docker/containers/container.ts';
import type { Engine } from '../../helpers/docker/engine.ts';
import { done, notYet, waitFor } from '../../helpers/process/waits/wait-for.ts';
import { BUSYBOX } from '../machine/busybox-image.ts';
import { type NetnsLab, openNetnsLab, setUpIn } from '../machine/netns-lab.ts';
import { createMachine, ENGINE, bringUpSwarm, type SwarmLab } from '../swarm-mode/lab.ts';

export { expect } from 'vitest';

/** A container on the overlay network. */
export interface Placed {
  readonly container: Container;
  readonly pid: number;
  readonly address: string;
  readonly mac: string;
}

/** A swarm with one overlay network and a container on each host, and hosts in no cluster. */
export interface ProbeLab extends SwarmLab {
  readonly networkId: string;
  /** On the manager. */
  readonly left: Placed;
  /** On the worker. */
  readonly right: Placed;
  /** Hosts in no cluster. Tests use the fixture `alone`, which removes their containers and images. */
  readonly shared: Alone;
}

/** Hosts in no cluster, by the version of their engines. */
export type Alone = Readonly<Record<'20.10.5' | '26.1.5', Engine>>;

const NETWORK = 'net-of-probes';

export const test = base
  .extend(
    'lab',
    { scope: 'file' },
    // oxlint-disable-next-line eslint/no-empty-pattern -- Vitest reads from it what the fixture needs: nothing.
    async ({}, { onCleanup }): Promise<ProbeLab> => {
      const netns = await openNetnsLab();
      onCleanup(() => netns[Symbol.asyncDispose]());
      return await setUpIn(netns, () => bringUpLab(netns));
    },
  )
  .extend('probes', { scope: 'file' }, async ({ lab }, { onCleanup }): Promise<Probes> => {
    const [left, right] = await Promise.all([startProbe(lab.manager), startProbe(lab.worker)]);
    onCleanup(async () => {
      await Promise.all([left, right].map((probe) => probe[Symbol.asyncDispose]()));
    });
    return { left, right };
  })
  .extend('alone', async ({ lab: { shared } }, { onCleanup }): Promise<Alone> => {
    // A failed test may have left containers, which must not affect the next one.
    onCleanup(async () => {
      await Promise.all(Object.values(shared).map(clear));
    });
    return shared;
  });

/** Removes all containers, and all images except the specs' own. The engine may remove one at the same time. */
async function clear({ machine, containers, images }: Engine): Promise<void> {
  await waitFor(
    `${machine.name}: no container`,
    async () => {
      const all = await containers.list({ quiet: true });
      if (all.length === 0) return done(undefined);
      for (const { id } of all) await (await containers.find(id)).remove();
      return notYet(all.map(({ name }) => name).join(', '));
    },
    { limit: 60_000 },
  );
  const tags = (await images.list()).flatMap((image) => image.tags);
  for (const tag of tags) if (tag !== BUSYBOX) await images.remove(tag);
}

async function bringUpLab(netns: NetnsLab): Promise<ProbeLab> {
  const made = [
    bringUpSwarm(netns, ENGINE),
    createMachine(netns, 'old', '20.10.5'),
    createMachine(netns, 'today', ENGINE),
    // A check measures age from the creation of the container, not of the image.
    prepareProbeImage(),
  ] as const;
  await Promise.allSettled(made);
  const [swarm, old, today] = await Promise.all(made);
  const { id } = await createOverlay(swarm.manager, { name: NETWORK, attachable: true });
  const [left, right] = await Promise.all([
    place(swarm.manager, 'left'),
    place(swarm.worker, 'right'),
  ]);
  return { ...swarm, networkId: id, left, right, shared: { '20.10.5': old, [ENGINE]: today } };
}

/** The probes on the hosts of the swarm. */
export interface Probes {
  readonly left: Probe;
  readonly right: Probe;
}

async function place(engine: Engine, name: string): Promise<Placed> {
  const container = await engine.containers.run({
    name,
    image: BUSYBOX,
    network: NETWORK,
    command: ['tail', '-f', '/dev/null'],
  });
  const { pid, networks } = await container.inspect();
  const { address = '', mac = '' } = networks[NETWORK] ?? {};
  return { container, pid, address, mac };
}
