import { randomUUID } from 'node:crypto';
import { firstLine } from '../../process/errors/harness-error.ts';
import { type Observed, seen, unseen } from '../model/observed.ts';
import type { AuditOptions } from '../model/options.ts';
import type { Probe } from '../probe/probe.ts';
import { unlessAborted } from '../../process/waits/unless-aborted.ts';
import { prepareProbeImage, type ProbeImage } from '../probe/probe-image.ts';
import { startProbe } from '../probe/start-probe.ts';
import type { TargetHost } from '../model/target.ts';
import { observePart } from './observe-part.ts';

/** The probes of one audit. */
export interface Probes {
  /** Starts the one of that host, if any are wanted; each host is to be named once. */
  start(host: TargetHost): Promise<Observed<Probe>>;
  /**
   * Ends all, those too that are still being started; gives what could not be removed, in words. What is not done when the
   * signal aborts is given up. To be called once.
   */
  end(signal: AbortSignal): Promise<string[]>;
}

/**
 * @param limit milliseconds for the whole audit: no probe lives much longer, whatever becomes of the audit
 */
export function openProbes(
  { probes = 'privileged' }: AuditOptions,
  limit: number,
  signal: AbortSignal,
): Probes {
  const common = {
    run: randomUUID(),
    privileged: probes === 'privileged',
    lifetime: Math.ceil(limit / 1000) + SPARE_SECONDS,
    signal,
  };
  let image: Promise<ProbeImage> | undefined;
  const begun = new Map<string, Promise<Probe>>();
  return {
    start: async (host) => {
      if (probes === 'none') return unseen('probes are turned off', 'unasked');
      const start = async () => {
        image ??= prepareProbeImage();
        // Whoever waits for it tells why there is none; nobody does once all is given up.
        image.catch(() => undefined);
        const starting = startProbe(host.engine, { ...common, image });
        begun.set(host.name, starting);
        return seen(await starting);
      };
      return await observePart(`${host.name}: probe`, signal, start, host.name);
    },
    end: async (until) => {
      const ends = await Promise.all(
        [...begun].map(async ([host, probe]) => await end(host, probe, until)),
      );
      return ends.filter((failure) => failure !== undefined);
    },
  };
}

/** For what is to be done after the limit: the probes' own end. */
const SPARE_SECONDS = 60;

async function end(
  host: string,
  starting: Promise<Probe>,
  until: AbortSignal,
): Promise<string | undefined> {
  // One that did not start has left nothing, and why it did not is told where it was started.
  const ended = starting.then(
    async (probe) => await probe[Symbol.asyncDispose](),
    () => undefined,
  );
  try {
    await unlessAborted(ended, until);
    return undefined;
  } catch (error) {
    // Nobody waits for it any more, nor for why it fails once its engine's connections are closed.
    ended.catch(() => undefined);
    if (until.aborted)
      return `the probe on ${host} may remain: its engine did not remove it in time`;
    return `the probe on ${host} may remain: ${firstLine(error)}`;
  }
}
