import { z } from 'zod';
import { PROBE_LABEL } from '../check/probe/start/describe-probe.ts';
import type { MachineProvider } from '../machine/machine.ts';
import { parseJson } from '../process/text/parse-json.ts';
import type { MeasuredEvent } from './measurement.ts';

const engineEvent = z.object({
  Type: z.string(),
  Action: z.string(),
  timeNano: z.number(),
  Actor: z.object({ ID: z.string(), Attributes: z.record(z.string(), z.string()) }),
});

/** Events of an engine that are kept. */
const MOST = 200;

/** Reads the events that the engines still know: an engine forgets them when it is restarted. */
export async function readEngineEvents(
  provider: MachineProvider,
  machines: readonly string[],
  from: number,
  to: number,
): Promise<MeasuredEvent[]> {
  const range = ['--since', seconds(from), '--until', seconds(to)];
  const all = await Promise.all(
    machines.map(async (machine) => {
      const argv = ['docker', 'events', ...range, '--format', '{{json .}}'] as const;
      const options = { title: `${machine}: read events`, limit: 10_000, expect: 'any' } as const;
      const { stdout } = await provider
        .run(machine, [...argv], options)
        .catch((): { stdout: string } => ({ stdout: '' }));
      return stdout
        .split('\n')
        .flatMap((line) => readEvent(machine, line))
        .slice(0, MOST);
    }),
  );
  return all.flat();
}

function readEvent(machine: string, line: string): MeasuredEvent[] {
  if (line === '') return [];
  const { data } = engineEvent.safeParse(parseJson(line));
  if (data === undefined || !['container', 'daemon', 'node', 'service'].includes(data.Type))
    return [];
  const { ID, Attributes } = data.Actor;
  // The checks' own containers, and commands in containers.
  const isOther = data.Action === 'prune' || data.Action.startsWith('exec_');
  if (PROBE_LABEL in Attributes || isOther) return [];
  const name = (Attributes['name'] ?? ID).slice(0, 100);
  const text = `${data.Type} ${name}: ${data.Action.slice(0, 60)}`;
  return [{ at: data.timeNano / 1e6, machine, text }];
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(3);
}
