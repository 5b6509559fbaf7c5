import { onActivity } from '../../process/activity.ts';
import { InterruptionWatch } from '../../process/errors/interruption.ts';
import { type TakenDown, takeDown } from '../../topology/bring-up/tear-down.ts';
import { showProgress } from '../progress.ts';
import { chooseProvider } from '../../machine/choose-provider.ts';
import { nextLines } from '../../report/run/next-steps.ts';
import { reportFailure } from './failure.ts';

/** `overlay-e2e down`: gives the exit code. An interruption does not end it: half a cluster helps nobody. */
export async function runDown({ verbose = false }: { verbose?: boolean }): Promise<number> {
  using watch = new InterruptionWatch(({ observed }) =>
    console.error(`overlay-e2e: ${observed}; still taking everything down`),
  );
  let hasBegun = false;
  const stopListening = onActivity({
    start: ({ title }) => {
      hasBegun ||= title === 'take-down';
    },
  });
  const stopProgress = await showProgress({ verbose });
  try {
    const { provider } = await chooseProvider();
    const attempts: TakenDown[] = [];
    await watch.insistOn(async () => {
      attempts.push(await takeDown(provider));
    });
    stopProgress();
    console.log(describeAll(attempts, provider.store));
    if (watch.interrupted !== undefined) return reportFailure(watch.interrupted);
    return 0;
  } catch (error) {
    stopProgress();
    const exitCode = reportFailure(error);
    const again = { type: 'npx overlay-e2e down', does: 'goes on where this one ended' };
    for (const line of nextLines(hasBegun ? [again] : [])) console.error(line);
    return exitCode;
  } finally {
    stopListening();
  }
}

/** What all attempts took down: an interruption makes it two. */
function describeAll(attempts: readonly TakenDown[], store: string): string {
  const lines = [
    { told: 'Taken down', names: attempts.flatMap(({ machines }) => machines) },
    { told: 'Swept what a killed run left', names: attempts.flatMap(({ leftovers }) => leftovers) },
  ].flatMap(({ told, names }) =>
    names.length === 0 ? [] : [`${told}: ${[...new Set(names)].join(', ')}.`],
  );
  const others = attempts.at(-1)?.others ?? [];
  const left = others.length === 0 ? [] : [`Left in ${store}: ${others.join(', ')}.`];
  return [...(lines.length === 0 ? ['There was nothing to take down.'] : lines), ...left].join(
    '\n',
  );
}
