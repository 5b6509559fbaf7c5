import { randomUUID } from 'node:crypto';
import type { AttachedContainer } from '../../engine/attach.ts';
import type { ContainerSpec } from '../../engine/container-spec.ts';
import type { Engine } from '../../engine/engine.ts';
import { activity } from '../../process/activity.ts';
import { HarnessError } from '../../process/harness-error.ts';
import { AgentChannel } from './agent-channel.ts';
import { explainStart } from './explain-start.ts';
import { bringImage, removeBroughtImages } from './image-on-engine.ts';
import { openProbe, type Probe } from './probe.ts';
import { prepareProbeImage, type ProbeImage } from './probe-image.ts';

export interface StartProbeOptions {
  /** Names the check that starts it, the same on all hosts; made up when absent. */
  readonly run?: string;
  /**
   * Whether it may enter other namespaces than the host's own; true when absent. Without, it only sends, listens and
   * catches packets there.
   */
  readonly privileged?: boolean;
  /** Seconds after which it ends by itself, whatever else fails; 300 when absent. */
  readonly lifetime?: number;
  readonly signal?: AbortSignal | undefined;
}

/** The label of all containers and images of probes. */
export const PROBE_LABEL = 'org.overlay-e2e.probe';
/** The label with the run that a probe belongs to. */
const RUN_LABEL = 'org.overlay-e2e.run';

const START_LIMIT = 60_000;

/**
 * Starts a probe on the engine's host: brings the image if the engine lacks it, and runs one container of it. The
 * container is gone when the probe is disposed of, when its starter dies, and at the end of its lifetime; an image that
 * was brought goes with the last probe that uses it.
 */
export async function startProbe(engine: Engine, options: StartProbeOptions = {}): Promise<Probe> {
  const { run = randomUUID(), signal } = options;
  const host = engine.machine.name;
  return await activity('command', `${host}: start a probe`, async () => {
    const image = await prepareProbeImage();
    const name = `overlay-e2e-probe-${run}`;
    try {
      const attached = await runImage(engine, image, signal, (tag) =>
        describeProbe(tag, name, { ...options, run }),
      );
      const channel = new AgentChannel(`${host}: probe`, attached);
      await channel.ready({ limit: START_LIMIT, signal });
      return openProbe(host, channel, async () => {
        await attached.end();
        await removeBroughtImages(engine);
      });
    } catch (error) {
      await clearAway(engine, name);
      throw error instanceof HarnessError ? explainStart(error) : error;
    }
  });
}

/** How often another check may take the image away between this one's look and its start. */
const MOST_RACES = 5;

/** Another check may end, and take the image along, between the moment that this one sees it and that it runs it. */
async function runImage(
  engine: Engine,
  image: ProbeImage,
  signal: AbortSignal | undefined,
  describe: (tag: string) => ContainerSpec,
): Promise<AttachedContainer> {
  for (let races = 0; ; races += 1) {
    const tag = await bringImage(engine, image, signal);
    try {
      return await engine.containers.runAttached(describe(tag), { limit: START_LIMIT, signal });
    } catch (error) {
      if (races === MOST_RACES || (await engine.images.has(tag, { signal }))) throw error;
    }
  }
}

/** What a probe may do on its host: look into every namespace, and send whatever packets. It has none of its files. */
function describeProbe(
  image: string,
  name: string,
  { run = '', privileged = true, lifetime = 300 }: StartProbeOptions,
): ContainerSpec {
  const shared: ContainerSpec = {
    name,
    image,
    command: [`${lifetime}`],
    labels: { [PROBE_LABEL]: 'container', [RUN_LABEL]: run },
    network: 'host',
    hostNamespaces: ['userns'],
    dropCapabilities: ['ALL'],
    readOnly: true,
    unlogged: true,
  };
  if (!privileged) return { ...shared, capabilities: ['NET_RAW'] };
  return {
    ...shared,
    hostNamespaces: ['pid', 'userns'],
    capabilities: ['SYS_ADMIN', 'NET_ADMIN', 'NET_RAW', 'SYS_PTRACE', 'SYS_CHROOT'],
    securityOptions: ['seccomp=unconfined', 'apparmor=unconfined', 'label=disable'],
  };
}

/** Leaves nothing of a probe that did not start. What fails here comes of what failed before, and is not told. */
async function clearAway(engine: Engine, name: string): Promise<void> {
  await engine.containers
    .find(name)
    .then(
      (container) => container.remove(),
      () => undefined,
    )
    .catch(() => undefined);
  await removeBroughtImages(engine).catch(() => undefined);
}
