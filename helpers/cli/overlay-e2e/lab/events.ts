import { openProvider } from '../../../machine/choose-provider.ts';
import type { EngineEvent } from '../../../docker/events.ts';
import { InterruptionWatch } from '../../../process/errors/interruption.ts';
import { printable, printableJson } from '../../../process/text/printable.ts';
import { openRunning } from '../../../topology/target/running-places.ts';
import { reportFailure } from '../failure.ts';

export interface EventsOptions {
  /** Begins this number of seconds ago. */
  readonly since?: number;
  /** Ends after this number of seconds. */
  readonly for?: number;
  readonly json?: boolean;
}

/** Runs `overlay-e2e events`: prints the events of all engines as they come. Returns the exit code. */
export async function runEvents({
  since,
  for: seconds,
  json = false,
}: EventsOptions): Promise<number> {
  using watch = new InterruptionWatch();
  const { signal } = watch;
  try {
    const provider = await openProvider();
    using running = await openRunning(provider, 'events');
    const names = running.machines.map(({ name }) => name.length);
    const width = Math.max(0, ...names);
    await Promise.all(
      running.machines.map(async (machine) => {
        const now = Date.now() / 1000;
        const events = await running.engineOf(machine).followEvents({
          signal,
          // The engine itself ends: after all events until then, however slow it is.
          ...(since === undefined ? {} : { since: Math.floor(now - since) }),
          ...(seconds === undefined ? {} : { until: Math.ceil(now + seconds) }),
        });
        for await (const event of events) {
          console.log(
            json
              ? printableJson({ machine: machine.name, ...event })
              : `${new Date(event.time).toISOString()}  ${machine.name.padEnd(width)}  ${describeEvent(event)}`,
          );
        }
      }),
    );
    return 0;
  } catch (error) {
    return reportFailure(watch.interrupted ?? error);
  }
}

/** `network connect my-net (container 0123456789ab)` */
export function describeEvent({ type, action, id, attributes }: EngineEvent): string {
  const { name = id.slice(0, 12), container, exitCode, image } = attributes;
  const more = [
    ...(container === undefined ? [] : [`container ${container.slice(0, 12)}`]),
    ...(exitCode === undefined ? [] : [`exit code ${exitCode}`]),
    ...(image === undefined || type !== 'container' ? [] : [image]),
  ];
  const text = `${type} ${action} ${name}${more.length === 0 ? '' : ` (${more.join(', ')})`}`;
  return printable(text);
}
