import { PROBE_LABEL } from '../check/probe/start/describe-probe.ts';
import { connectEngine, type Engine } from '../docker/engine.ts';
import type { EngineEvent } from '../docker/events.ts';
import type { Machine, MachineProvider } from '../machine/machine.ts';
import type { MeasuredEvent } from './measurement.ts';

/** Events of an engine that are kept. */
const MOST = 200;
/** Milliseconds: an engine that does not answer has no events. */
const LIMIT = 10_000;

/** Reads the events that the engines still know: an engine forgets them when it is restarted. */
export async function readEngineEvents(
  provider: Pick<MachineProvider, 'list'>,
  names: readonly string[],
  from: number,
  to: number,
): Promise<MeasuredEvent[]> {
  const machines = (await provider.list()).filter(({ name }) => names.includes(name));
  const all = await Promise.all(machines.map((machine) => eventsOf(machine, from, to)));
  return all.flat();
}

async function eventsOf(machine: Machine, from: number, to: number): Promise<MeasuredEvent[]> {
  using engine = connectEngine(machine);
  const events: MeasuredEvent[] = [];
  try {
    for await (const event of await followFrom(engine, from, to)) {
      if (isKept(event))
        events.push({ at: event.time, machine: machine.name, text: textOf(event) });
      if (events.length === MOST) break;
    }
  } catch {
    // The engine is down or paused. The events so far are right.
  }
  return events;
}

async function followFrom(
  engine: Engine,
  from: number,
  to: number,
): Promise<AsyncIterable<EngineEvent>> {
  return await engine.followEvents({
    since: from / 1000,
    until: to / 1000,
    limit: LIMIT,
    signal: AbortSignal.timeout(LIMIT),
  });
}

/** Leaves out the checks' own containers, and commands in containers. */
function isKept({ type, action, attributes }: EngineEvent): boolean {
  const isOther = action === 'prune' || action.startsWith('exec_');
  return (
    ['container', 'daemon', 'node', 'service'].includes(type) &&
    !(PROBE_LABEL in attributes || isOther)
  );
}

function textOf({ type, action, id, attributes: { name = id } }: EngineEvent): string {
  return `${type} ${name.slice(0, 100)}: ${action.slice(0, 60)}`;
}
