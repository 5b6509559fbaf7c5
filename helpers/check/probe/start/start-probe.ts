import { randomUUID } from 'node:crypto';
import type { AttachedContainer } from '../../../docker/containers/attach.ts';
import type { ContainerSpec } from '../../../docker/containers/container-spec.ts';
import type { Engine } from '../../../docker/engine.ts';
import { activity } from '../../../process/activity.ts';
import { HarnessError } from '../../../process/errors/harness-error.ts';
import { AgentChannel } from '../agent-channel.ts';
import { describeProbe, PROBE_LABEL } from './describe-probe.ts';
import { explainStart } from './explain-start.ts';
import { bringImage, removeBroughtImages } from './image-on-engine.ts';
import { openProbe, type Probe } from '../probe.ts';
import { prepareProbeImage, type ProbeImage } from './probe-image.ts';
import { whileAnswering } from './while-answering.ts';

export interface StartProbeOptions {
  /** Names the check that starts it, the same on all hosts; made up when absent. */
  readonly run?: string;
  /**
   * Allows it to enter namespaces other than the host's; true when absent. Without it, the probe only sends, listens and
   * captures packets there.
   */
  readonly privileged?: boolean;
  /** Seconds after which it ends by itself; 300 when absent. */
  readonly lifetime?: number;
  /** Prepared already, by who starts several; prepared for this one when absent. */
  readonly image?: Promise<ProbeImage>;
  readonly signal?: AbortSignal | undefined;
}

/** Milliseconds that an engine may take to make and start the container. */
const START_LIMIT = 60_000;

/** Milliseconds for each step of clearing away. */
const CLEAR_LIMIT = 30_000;

/** The number of retries when another check removes the image between the lookup and the start. */
const MOST_RACES = 5;

/**
 * Starts a probe on the engine's host: brings the image if the engine lacks it, and runs one container of it. The
 * container is gone when the probe is disposed of, when its starter dies, and at the end of its lifetime; an image that
 * was brought goes with the last probe that uses it.
 */
export async function startProbe(
  engine: Engine,
  { run = randomUUID(), privileged = true, lifetime = 300, image, signal }: StartProbeOptions = {},
): Promise<Probe> {
  const host = engine.machine.name;
  const start = async () => {
    signal?.throwIfAborted();
    const archive = await (image ?? prepareProbeImage());
    // Not the run's: the same engine may be among the hosts of a check under two names.
    const name = `overlay-e2e-probe-${randomUUID()}`;
    try {
      const attached = await runImage(engine, archive, (tag) =>
        describeProbe({ name, image: tag, run, privileged, lifetime }),
      );
      signal?.throwIfAborted();
      const channel = new AgentChannel(`${host}: probe`, attached);
      await channel.ready({ limit: START_LIMIT, signal });
      return openProbe(host, channel, async () => {
        await whileAnswering(engine, async (until) => {
          await attached.end({ limit: CLEAR_LIMIT, signal: until });
          await removeForgotten(engine, until);
        });
      });
    } catch (error) {
      await clearAway(engine, name);
      throw error instanceof HarnessError ? explainStart(error) : error;
    }
  };
  return await activity('command', `${host}: start a probe`, start, { machine: host });
}

/**
 * Takes no signal: an engine completes a request even if nothing awaits the answer, and would leave a container.
 *
 * Another check may end and remove the image between the lookup and the start.
 */
async function runImage(
  engine: Engine,
  image: ProbeImage,
  describe: (tag: string) => ContainerSpec,
): Promise<AttachedContainer> {
  for (let races = 0; ; races += 1) {
    const tag = await bringImage(engine, image);
    try {
      return await engine.containers.runAttached(describe(tag), { limit: START_LIMIT });
    } catch (error) {
      const isThere = await engine.images.has(tag).catch(() => true);
      if (isThere || races === MOST_RACES) throw error;
    }
  }
}

/**
 * Removes objects of killed checks: the last image, and a container that was created but not started. Other objects
 * disappear by themselves.
 */
async function removeForgotten(engine: Engine, signal: AbortSignal): Promise<void> {
  const options = { limit: CLEAR_LIMIT, signal };
  // A younger one may be another check's that is about to start it.
  const age = (2 * START_LIMIT) / 1000;
  await engine.containers.prune(PROBE_LABEL, age, options);
  await removeBroughtImages(engine, options);
}

/** Removes all objects of a probe that did not start. Further errors have the same cause, and are not reported. */
async function clearAway(engine: Engine, name: string): Promise<void> {
  await whileAnswering(engine, async (signal) => {
    const options = { limit: CLEAR_LIMIT, signal };
    try {
      await (await engine.containers.find(name, options)).remove(options);
    } catch {
      // It was not even made.
    }
    await removeForgotten(engine, signal);
  }).catch(() => undefined);
}
