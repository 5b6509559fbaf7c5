import { HarnessError } from '../../process/errors/harness-error.ts';
import { listFormat, parseInspection, parseRows, type Row, toMachine } from './answers.ts';
import type { CallDockerMachine } from './command.ts';
import type { Machine } from '../machine.ts';

/** Returns the current state of all machines, including unreadable ones. */
export async function list(call: CallDockerMachine): Promise<Machine[]> {
  const rows = await listRows(call);
  const machines = await Promise.all(
    rows.map(async (row) => {
      const { exitCode, stdout, stderr } = await call(['inspect', row.name], { expect: 'any' });
      if (exitCode === 0) return [toMachine(parseInspection(row.name, stdout), row)];
      // Another process has removed it since the list.
      return saysUnknown(stderr) ? [] : [brokenMachine(row.name)];
    }),
  );
  return machines.flat();
}

/** Returns the current state of one machine. */
export async function inspect(call: CallDockerMachine, name: string): Promise<Machine> {
  const [printed, rows] = await Promise.all([
    call(['inspect', name], { expect: 'any' }),
    listRows(call, name),
  ]);
  if (printed.exitCode !== 0) {
    if (saysUnknown(printed.stderr)) throw unknownMachine(`machine ${name}: inspect`);
    throw new HarnessError({
      code: 'state-unreadable',
      tried: `machine ${name}: inspect`,
      observed: `docker-machine cannot read the machine; last line of its output: "${printed.stderr.trim().split('\n')[0]}"`,
      hint: `run \`docker-machine rm -f ${name}\` to remove it from the list`,
    });
  }
  const row = rows[0] ?? { state: 'Error', url: '' };
  return toMachine(parseInspection(name, printed.stdout), row);
}

/** Returns the rows of all machines, or of the machine with this name. */
export async function listRows(call: CallDockerMachine, name?: string): Promise<Row[]> {
  const filter = name === undefined ? [] : ['--filter', `name=^${name.replaceAll('.', '\\.')}$`];
  const rows = parseRows((await call(['ls', ...filter, '--format', listFormat])).stdout);
  // docker-machine ignores the filter for machines that it cannot read.
  return name === undefined ? rows : rows.filter((row) => row.name === name);
}

/** Returns a machine whose configuration docker-machine cannot read, with enough data to remove it. */
function brokenMachine(name: string): Machine {
  return {
    name,
    address: '',
    state: 'Error',
    url: '',
    certificates: '',
    endpoint: { kind: 'tls', host: '', port: 2376, caFile: '', certFile: '', keyFile: '' },
    engineOptions: [],
    engineLabels: [],
  };
}

/** Returns true if docker-machine reports that it has no machine with this name. */
export function saysUnknown(stderr: string): boolean {
  return /Docker machine "[^"]*" does not exist/.test(stderr);
}

/** Returns the error for an unknown machine. */
export function unknownMachine(tried: string): HarnessError {
  return new HarnessError({
    code: 'machine-unknown',
    tried,
    observed: 'unknown machine',
    hint: 'run "docker-machine ls" to list the machines',
  });
}
