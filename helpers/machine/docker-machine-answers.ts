import { join } from 'node:path';
import { z } from 'zod';
import { HarnessError } from '../process/harness-error.ts';
import type { Machine, MachineState } from './machine.ts';

const texts = z
  .array(z.string())
  .nullish()
  .transform((list) => list ?? []);

const inspection = z.object({
  Name: z.string(),
  DriverName: z.string(),
  Driver: z.object({ IPAddress: z.string().nullish() }).nullish(),
  HostOptions: z.object({
    EngineOptions: z.object({ ArbitraryFlags: texts, Labels: texts }),
    AuthOptions: z.object({ StorePath: z.string() }),
  }),
});

/** What `docker-machine inspect` tells. */
export type Inspection = z.output<typeof inspection>;

/** What `docker-machine inspect NAME` printed, checked. */
export function parseInspection(name: string, json: string): Inspection {
  const tried = `machine ${name}: docker-machine inspect`;
  try {
    return inspection.parse(JSON.parse(json));
  } catch (error) {
    const observed = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
    throw new HarnessError({
      tried,
      observed: `not what it prints as a rule: ${observed.replaceAll('\n', ' ')}`,
      remedy: 'use docker-machine 0.16 or netns-machine',
      cause: error,
      evidence: json,
    });
  }
}

/** One row of {@link listFormat}: how a machine is now. */
export interface Row {
  readonly name: string;
  readonly state: string;
  readonly url: string;
  readonly error: string;
}

/** For `docker-machine ls --format`. */
export const listFormat = '{{.Name}}\\t{{.State}}\\t{{.URL}}\\t{{.Error}}';

/** What `docker-machine ls --format` with {@link listFormat} printed, in natural order of the names. */
export function parseRows(printed: string): Row[] {
  const rows = printed
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [name = '', state = '', url = '', ...error] = line.split('\t');
      return { name, state, url, error: error.join(' ').trim() };
    });
  const order = new Intl.Collator('en', { numeric: true });
  return rows.sort((a, b) => order.compare(a.name, b.name));
}

/** A machine out of how it was made and how it is now. */
export function toMachine(inspected: Inspection, row: Pick<Row, 'state' | 'url'>): Machine {
  const { EngineOptions, AuthOptions } = inspected.HostOptions;
  const folder = AuthOptions.StorePath;
  const now = URL.canParse(row.url) ? new URL(row.url) : undefined;
  const address = now?.hostname || inspected.Driver?.IPAddress || '';
  const port = Number(now?.port || 2376);
  return {
    name: inspected.Name,
    address,
    state: toState(row.state),
    url: `tcp://${address}:${port}`,
    endpoint: {
      host: address,
      port,
      caFile: join(folder, 'ca.pem'),
      certFile: join(folder, 'cert.pem'),
      keyFile: join(folder, 'key.pem'),
    },
    engineOptions: EngineOptions.ArbitraryFlags,
    engineLabels: EngineOptions.Labels,
    certificates: folder,
  };
}

function toState(told: string): MachineState {
  if (told === 'Running') return 'Running';
  // A paused or saved virtual machine answers as little as a stopped one, and `start` mends both.
  return ['Stopped', 'Paused', 'Saved'].includes(told) ? 'Stopped' : 'Error';
}
