import { setTimeout as sleep } from 'node:timers/promises';
import { activity } from '../../process/activity.ts';
import { HarnessError } from '../../process/errors/harness-error.ts';
import { valueOf } from '../model/observed.ts';
import type { AuditTarget } from '../model/target.ts';
import { openProbes } from '../observe/open-probes.ts';
import { listNamespaces } from '../observe/kernel/read-overlays.ts';
import { beginWithHosts } from '../observe/query-hosts.ts';
import { wordOf } from '../probe/namespace.ts';
import type { Probe } from '../probe/probe.ts';
import type { RecordedFrame } from '../probe/recorder.ts';
import { type CapturePlace, findPlaces } from './find-places.ts';
import { pcapng } from './pcapng.ts';

export interface CaptureOptions {
  /** Milliseconds of recording. */
  readonly duration: number;
  /** Bytes of the file, after which the recording ends. */
  readonly most: number;
  /** Ends the recording early. */
  readonly signal: AbortSignal;
  readonly write: (bytes: Uint8Array) => Promise<void>;
  /** Called when the recording has begun. */
  readonly onBegin?: (places: readonly CapturePlace[]) => void;
}

export interface CaptureResult {
  readonly places: readonly CapturePlace[];
  readonly frames: number;
  readonly bytes: number;
  /** The number of frames that were lost because the hosts recorded faster than they were read. */
  readonly dropped: number;
  readonly end: 'duration' | 'size' | 'signal';
  /** Hosts and namespaces that were not recorded, each with the reason. */
  readonly missing: readonly string[];
}

/** Milliseconds for the start and the end of the probes. */
const AROUND = 60_000;
/** Milliseconds between two queries of a host without new frames. */
const PAUSE = 100;
/** The hardware types of devices with Ethernet headers, and of devices without headers (`if_arp.h`). */
const [ETHERNET, WITHOUT] = [
  [1, 772],
  [65_534, 768, 776, 778],
];

/**
 * Records all frames in namespaces of a cluster, and writes them as a pcapng file. Its only changes are its probe
 * containers, which it removes.
 */
export async function captureCluster(
  target: AuditTarget,
  words: readonly string[],
  options: CaptureOptions,
): Promise<CaptureResult> {
  const { duration, signal } = options;
  let notRemoved: readonly string[] = [];
  const result = await activity('stage', 'capture', async () => {
    const probes = openProbes({ probes: 'privileged' }, duration + AROUND, signal);
    try {
      const { hosts, started } = await beginWithHosts(target.hosts, probes, signal);
      const running = await started;
      signal.throwIfAborted();
      const found = hosts.flatMap((host) => {
        const probe = valueOf(running.get(host.name));
        return probe === undefined ? [] : [{ host, probe }];
      });
      const missing = hosts.flatMap(({ name, engine }) => {
        if ('missing' in engine) return [`${name}: ${engine.missing}`];
        const probe = running.get(name);
        return probe !== undefined && 'missing' in probe ? [`${name}: ${probe.missing}`] : [];
      });
      if (found.length === 0) {
        throw new HarnessError({
          code: 'probe-failed',
          tried: 'capture',
          observed: missing.join('; '),
        });
      }
      const listed = await Promise.all(
        found.map(async ({ host, probe }) => ({
          host,
          files: await listNamespaces({ probe, signal }),
        })),
      );
      const places = findPlaces(words, listed);
      const recorders = found.filter(({ host }) => places.some((one) => one.host === host.name));
      return await record(
        recorders.map(({ probe }) => probe),
        { target, places, missing },
        options,
      );
    } finally {
      notRemoved = await probes.end(AbortSignal.timeout(AROUND / 2));
    }
  });
  return { ...result, missing: [...result.missing, ...notRemoved] };
}

interface Plan {
  readonly target: AuditTarget;
  readonly places: readonly CapturePlace[];
  readonly missing: readonly string[];
}

async function record(
  probes: readonly Probe[],
  { target, places, missing }: Plan,
  { duration, most, signal, write, onBegin }: CaptureOptions,
): Promise<CaptureResult> {
  const failures = await Promise.all(
    probes.map(async ({ host, recorder }) => {
      const own = places.filter((one) => one.host === host);
      const failed = await recorder.start(
        own.map(({ namespace }) => namespace),
        ownPorts(target, host),
      );
      return failed.map((line) => `${host}: ${line}`);
    }),
  );
  const file = openFile(places, write);
  await write(pcapng.begin('overlay-e2e'));
  onBegin?.(places);
  const until = Date.now() + duration;
  const full = new AbortController();
  const isOver = () => signal.aborted || full.signal.aborted || Date.now() >= until;
  await Promise.all(
    probes.map(async ({ host, recorder }) => {
      for (;;) {
        // Frames from before the end are read after it.
        const isLast = isOver();
        const { dropped, more, frames } = await recorder.take();
        await file.add(host, frames, dropped);
        if (file.bytes > most) full.abort();
        if (more && !full.signal.aborted) continue;
        if (isLast) return;
        const left = AbortSignal.any([signal, full.signal]);
        await sleep(Math.min(PAUSE, Math.max(0, until - Date.now())), undefined, {
          signal: left,
        }).catch(() => undefined);
      }
    }),
  );
  return {
    places,
    frames: file.frames,
    bytes: file.bytes,
    dropped: file.dropped,
    end: full.signal.aborted ? 'size' : signal.aborted ? 'signal' : 'duration',
    missing: [...missing, ...failures.flat()],
  };
}

/** The ports of the host's engine or ssh server: the connection that fetches the frames is not recorded. */
function ownPorts({ hosts }: AuditTarget, name: string): readonly number[] {
  const endpoint = hosts.find((one) => one.name === name)?.engine.machine.endpoint;
  if (endpoint === undefined || endpoint.kind === 'unix') return [];
  return [endpoint.port ?? 22];
}

function openFile(places: readonly CapturePlace[], write: CaptureOptions['write']) {
  const numbers = new Map<string, number>();
  let last = Promise.resolve();
  const file = {
    frames: 0,
    bytes: 0,
    dropped: 0,
    /** Adds frames of one host; frames of several hosts are written one after the other. */
    add: async (host: string, frames: readonly RecordedFrame[], dropped: number) => {
      file.dropped += dropped;
      const blocks = frames.flatMap((frame) => blocksOf(host, frame));
      if (blocks.length === 0) return;
      const bytes = Buffer.concat(blocks);
      file.bytes += bytes.length;
      last = last.then(async () => await write(bytes));
      await last;
    },
  };
  const blocksOf = (
    host: string,
    { namespace, device, hardware, direction, at, bytes }: RecordedFrame,
  ): Buffer[] => {
    const hasHeader = ETHERNET.includes(hardware);
    if (!hasHeader && !WITHOUT.includes(hardware)) return [];
    const place = places.find((one) => one.host === host && wordOf(one.namespace) === namespace);
    if (place === undefined) return [];
    const key = `${host} ${namespace} ${device}`;
    const known = numbers.get(key);
    const number = known ?? numbers.size;
    numbers.set(key, number);
    file.frames += 1;
    const description =
      known === undefined
        ? [
            pcapng.device({
              name: `${host}/${place.name}/${device}`,
              description: `${device} in ${place.name} on ${host}`,
              link: hasHeader ? 'ethernet' : 'ip',
            }),
          ]
        : [];
    return [...description, pcapng.frame({ device: number, direction, at, bytes })];
  };
  return file;
}
