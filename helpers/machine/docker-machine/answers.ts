import { isAbsolute } from 'node:path';
import { z } from 'zod';
import { machineName } from '../../netns/state/check-request.ts';
import { HarnessError } from '../../process/errors/harness-error.ts';
import { engineAccess } from '../../docker/endpoints/require-tls.ts';
import type { HostState } from '../../docker/endpoints/endpoint.ts';
import type { Machine } from '../machine.ts';

const texts = z
  .array(z.string())
  .nullish()
  .transform((list) => list ?? []);

const inspection = z.object({
  DriverName: z.string(),
  Driver: z.object({ IPAddress: z.union([z.ipv4(), z.literal('')]).nullish() }).nullish(),
  HostOptions: z.object({
    EngineOptions: z.object({ ArbitraryFlags: texts, Labels: texts }),
    AuthOptions: z.object({ StorePath: z.string().refine(isAbsolute, 'not an absolute path') }),
  }),
});

/** The output of `docker-machine inspect`. */
export type Inspection = z.output<typeof inspection> & { readonly Name: string };

/** Parses and validates the output of `docker-machine inspect NAME`. */
export function parseInspection(name: string, json: string): Inspection {
  const tried = `machine ${name}: docker-machine inspect`;
  try {
    return inspection.extend({ Name: z.literal(name) }).parse(JSON.parse(json));
  } catch (error) {
    throw notAsARule(tried, json, error);
  }
}

function notAsARule(tried: string, printed: string, error: unknown): HarnessError {
  const observed = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
  return new HarnessError({
    code: 'answer-invalid',
    tried,
    observed: `unexpected output: ${observed.replaceAll('\n', ' ')}`,
    hint: 'use docker-machine 0.16 or netns-machine',
    cause: error,
    evidence: printed,
  });
}

/** One row of {@link listFormat}: a machine's current state. */
export interface Row {
  readonly name: string;
  readonly state: string;
  readonly url: string;
  readonly error: string;
}

/** The start of a row, because docker-machine and its drivers also write messages to standard output. */
const mark = 'machine:';

/** The format for `docker-machine ls --format`. */
export const listFormat = `${mark}\\t{{.Name}}\\t{{.State}}\\t{{.URL}}\\t{{.Error}}`;

const rowCells = z.tuple([
  z.literal(mark),
  z.string().regex(machineName, 'not the name of a machine'),
  z.enum(['Running', 'Paused', 'Saved', 'Stopped', 'Stopping', 'Starting', 'Error', 'Timeout', '']),
  z.string().refine((text) => text === '' || URL.canParse(text), 'not a URL'),
  z.string(),
]);

/** Parses the output of `docker-machine ls --format` with {@link listFormat}, and sorts it by name in natural order. */
export function parseRows(printed: string): Row[] {
  const rows = printed
    .split('\n')
    .filter((line) => line.startsWith(mark))
    .map(parseRow);
  const order = new Intl.Collator('en', { numeric: true });
  return rows.sort((a, b) => order.compare(a.name, b.name));
}

function parseRow(line: string): Row {
  const [first, name, state, url, ...error] = line.split('\t');
  const cells = [first, name, state, url, error.join(' ').trim()];
  const parsed = rowCells.safeParse(cells);
  if (!parsed.success) throw notAsARule('docker-machine ls', line, parsed.error);
  const [, ...values] = parsed.data;
  return { name: values[0], state: values[1], url: values[2], error: values[3] };
}

/** Returns a machine with its configuration and its current state. */
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
    ...engineAccess(address, port, folder),
    engineOptions: EngineOptions.ArbitraryFlags,
    engineLabels: EngineOptions.Labels,
  };
}

function toState(told: string): HostState {
  if (told === 'Running') return 'Running';
  // A paused or saved virtual machine does not answer either, and `start` starts it too.
  return ['Stopped', 'Paused', 'Saved'].includes(told) ? 'Stopped' : 'Error';
}
