import { InterruptionWatch } from '../../process/interruption.ts';
import { takeDown } from '../../topology/take-down.ts';
import { showProgress } from '../progress.ts';
import { chooseProvider } from '../../machine/choose-provider.ts';
import { reportFailure } from './failure.ts';

/** `overlay-e2e down`: gives the exit code. An interruption does not end it: half a cluster helps nobody. */
export async function runDown({ verbose = false }: { verbose?: boolean }): Promise<number> {
  using watch = new InterruptionWatch(({ observed }) =>
    console.error(`overlay-e2e: ${observed}; still taking everything down`),
  );
  const stopProgress = await showProgress({ verbose });
  try {
    const { provider } = await chooseProvider();
    const removed: string[] = [];
    await watch.insistOn(async () => {
      removed.push(...(await takeDown(provider)));
    });
    stopProgress();
    console.log(
      removed.length === 0
        ? 'There was nothing to take down.'
        : `Taken down: ${[...new Set(removed)].join(', ')}.`,
    );
    if (watch.interrupted !== undefined) return reportFailure(watch.interrupted);
    return 0;
  } catch (error) {
    stopProgress();
    return reportFailure(error);
  }
}
