import { onActivity } from '../../process/activity.ts';
import { ownCommandLine } from '../../process/own-command.ts';
import { InterruptionWatch } from '../../process/errors/interruption.ts';
import { type TornDown, tearDown } from '../../topology/bring-up/tear-down.ts';
import { showProgress } from '../progress.ts';
import { chooseProvider } from '../../machine/choose-provider.ts';
import { nextLines } from '../../report/run/next-steps.ts';

/** Runs `overlay-e2e down` and returns the exit code. An interruption does not end it, because half a cluster is useless. */
export async function runDown({ verbose = false }: { verbose?: boolean }): Promise<number> {
  using watch = new InterruptionWatch(({ observed }) =>
    console.error(`overlay-e2e: ${observed}; still removing everything`),
  );
  let hasBegun = false;
  const stopListening = onActivity({
    start: ({ title }) => {
      hasBegun ||= title === 'tear-down';
    },
  });
  const stopProgress = await showProgress({ verbose });
  try {
    const { provider } = await chooseProvider();
    const attempts: TornDown[] = [];
    await watch.insistOn(async () => {
      attempts.push(await tearDown(provider));
    });
    stopProgress();
    console.log(describeAll(attempts, provider.store));
    if (watch.interrupted !== undefined) return await fail(watch.interrupted);
    return 0;
  } catch (error) {
    stopProgress();
    const exitCode = await fail(error);
    const again = { type: ownCommandLine('down'), does: 'continues where this one ended' };
    for (const line of nextLines(hasBegun ? [again] : [])) console.error(line);
    return exitCode;
  } finally {
    stopListening();
  }
}

/** Reports a failure. Its code formats findings of engines, too, and takes a while to load. */
async function fail(error: unknown): Promise<number> {
  const { reportFailure } = await import('./failure.ts');
  return reportFailure(error);
}

/** Describes what all attempts removed; an interruption makes it two attempts. */
function describeAll(attempts: readonly TornDown[], store: string): string {
  const lines = [
    { told: 'Removed', names: attempts.flatMap(({ machines }) => machines) },
    {
      told: 'Removed from an interrupted run',
      names: attempts.flatMap(({ remains }) => remains),
    },
  ].flatMap(({ told, names }) =>
    names.length === 0 ? [] : [`${told}: ${[...new Set(names)].join(', ')}.`],
  );
  const others = attempts.at(-1)?.others ?? [];
  const left = others.length === 0 ? [] : [`Not removed from ${store}: ${others.join(', ')}.`];
  return [...(lines.length === 0 ? ['Nothing to remove.'] : lines), ...left].join('\n');
}
