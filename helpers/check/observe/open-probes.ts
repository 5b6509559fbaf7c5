import { randomUUID } from 'node:crypto';
import { firstLine } from '../../process/errors/harness-error.ts';
import { type Observed, withValue, withoutValue } from '../model/observed.ts';
import type { AuditOptions } from '../model/options.ts';
import type { Probe } from '../probe/probe.ts';
import { unlessAborted } from '../../process/waits/unless-aborted.ts';
import { prepareProbeImage, type ProbeImage } from '../probe/start/probe-image.ts';
import { startProbe } from '../probe/start/start-probe.ts';
import type { TargetHost } from '../model/target.ts';
import { observePart } from './observe-part.ts';

/** The probes of one audit. */
export interface Probes {
  /** Starts the probe of that host, if probes are allowed; call once for each host. */
  start(host: TargetHost): Promise<Observed<Probe>>;
  /**
   * Ends all probes, including starting ones; returns an error for each probe that was not removed. Gives up when
   * the signal aborts. Call once.
   */
  end(signal: AbortSignal): Promise<string[]>;
}

/** @param limit milliseconds for the whole check: no probe lives much longer, even if the check is killed */
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
      if (probes === 'none') return withoutValue('probes are turned off', 'not-requested');
      const start = async () => {
        image ??= prepareProbeImage();
        // Awaiting code reports the failure; after the limit, nothing awaits it.
        image.catch(() => undefined);
        const starting = startProbe(host.engine, { ...common, image });
        begun.set(host.name, starting);
        return withValue(await starting);
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

/** Time for the removal of probes after the limit. */
const SPARE_SECONDS = 60;

async function end(
  host: string,
  starting: Promise<Probe>,
  until: AbortSignal,
): Promise<string | undefined> {
  // A probe that did not start leaves nothing, and its error is reported at its start.
  const ended = starting.then(
    async (probe) => await probe[Symbol.asyncDispose](),
    () => undefined,
  );
  try {
    await unlessAborted(ended, until);
    return undefined;
  } catch (error) {
    // Nothing awaits it or its failure after the connections to its engine are closed.
    ended.catch(() => undefined);
    if (until.aborted)
      return `the probe on ${host} may remain: its engine did not remove it in time`;
    return `the probe on ${host} may remain: ${firstLine(error)}`;
  }
}
