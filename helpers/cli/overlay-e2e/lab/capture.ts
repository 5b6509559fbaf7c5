import { type FileHandle, open } from 'node:fs/promises';
import { captureCluster } from '../../../check/capture/capture-cluster.ts';
import { prepareProbeImage } from '../../../check/probe/start/probe-image.ts';
import { InterruptionWatch } from '../../../process/errors/interruption.ts';
import { printable } from '../../../process/text/printable.ts';
import { chooseTarget, type TargetOptions } from '../../../topology/target/choose-target.ts';
import { showProgress } from '../../progress.ts';
import { requireWritableFile } from '../check/write-outputs.ts';
import { reportFailure } from '../failure.ts';

export interface CaptureCommandOptions extends TargetOptions {
  /** The duration, in seconds. */
  readonly for: number;
  /** The largest size of the file, in megabytes. */
  readonly size: number;
  /** `-` for standard output. */
  readonly file: string;
  readonly verbose?: boolean;
}

/** Runs `overlay-e2e capture` and returns the exit code. Ctrl-C is a usual end of a capture. */
export async function runCapture(
  words: readonly string[],
  options: CaptureCommandOptions,
): Promise<number> {
  const { for: seconds, size, file, verbose = false } = options;
  let hasBegun = false;
  using watch = new InterruptionWatch(({ observed }) => {
    console.error(
      `overlay-e2e: ${observed}; ${hasBegun ? 'writing the end' : 'removing the probes'}`,
    );
  });
  try {
    if (file !== '-') await requireWritableFile(file);
    const stopProgress = await showProgress({ verbose });
    try {
      const { target, unreached } = await chooseTarget([], options, watch.signal);
      try {
        await prepareProbeImage();
        await using output = openOutput(file);
        const result = await captureCluster(target, words, {
          duration: seconds * 1000,
          most: size * 1_000_000,
          signal: watch.signal,
          write: output.write,
          onBegin: (places) => {
            hasBegun = true;
            stopProgress();
            const names = places.map(({ host, name }) =>
              name === 'host' ? host : `${name} on ${host}`,
            );
            console.error(printable(`overlay-e2e: records ${names.join(', ')}; Ctrl-C ends it`));
          },
        });
        const { frames, bytes, dropped, end, missing } = result;
        for (const line of [...unreached, ...missing])
          console.error(printable(`not recorded: ${line}`));
        if (dropped > 0) console.error(`${dropped} frames were lost: they came too fast`);
        if (end === 'size') console.error(`ended early: the file has more than ${size} MB`);
        const written = file === '-' ? 'standard output' : file;
        console.error(printable(`${frames} frames, ${Math.ceil(bytes / 1000)} kB: ${written}`));
        return unreached.length + missing.length + dropped > 0 ? 1 : 0;
      } finally {
        for (const { engine } of target.hosts) engine.close();
      }
    } finally {
      stopProgress();
    }
  } catch (error) {
    return reportFailure(watch.interrupted ?? error);
  }
}

interface Output extends AsyncDisposable {
  readonly write: (bytes: Uint8Array) => Promise<void>;
}

/**
 * Opens the file of a capture at the first write, so that a capture that fails changes no earlier file. Only its
 * owner can read it: it contains the data of the applications.
 */
function openOutput(file: string): Output {
  if (file === '-') {
    return {
      write: async (bytes) => {
        if (process.stdout.write(bytes)) return;
        await new Promise((resolve) => {
          process.stdout.once('drain', resolve);
        });
      },
      [Symbol.asyncDispose]: async () => undefined,
    };
  }
  let handle: FileHandle | undefined;
  return {
    write: async (bytes) => {
      handle ??= await open(file, 'w', 0o600);
      await handle.writeFile(bytes);
    },
    [Symbol.asyncDispose]: async () => {
      await handle?.close();
    },
  };
}
