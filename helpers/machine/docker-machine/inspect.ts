import { HarnessError } from '../../process/errors/harness-error.ts';
import { listFormat, parseInspection, parseRows, type Row, toMachine } from './answers.ts';
import type { CallDockerMachine } from './command.ts';
import type { Machine } from '../machine.ts';

/** All machines as they are now, also those that docker-machine cannot read. */
export async function list(call: CallDockerMachine): Promise<Machine[]> {
  const rows = await listRows(call);
  const machines = await Promise.all(
    rows.map(async (row) => {
      const { exitCode, stdout, stderr } = await call(['inspect', row.name], { expect: 'any' });
      if (exitCode === 0) return [toMachine(parseInspection(row.name, stdout), row)];
      // Somebody has removed it in between.
      return saysUnknown(stderr) ? [] : [brokenMachine(row.name)];
    }),
  );
  return machines.flat();
}

/** One machine as it is now. */
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
      observed: `docker-machine cannot read it, «${printed.stderr.trim().split('\n')[0]}»`,
      remedy: `\`docker-machine rm -f ${name}\` forgets it`,
    });
  }
  const row = rows[0] ?? { state: 'Error', url: '' };
  return toMachine(parseInspection(name, printed.stdout), row);
}

/** All machines, or the one of this name, as they are now. */
export async function listRows(call: CallDockerMachine, name?: string): Promise<Row[]> {
  const filter = name === undefined ? [] : ['--filter', `name=^${name.replaceAll('.', '\\.')}$`];
  const rows = parseRows((await call(['ls', ...filter, '--format', listFormat])).stdout);
  // Machines that docker-machine cannot read are in its list whatever the filter says.
  return name === undefined ? rows : rows.filter((row) => row.name === name);
}

/** What is known of a machine whose configuration docker-machine cannot read: enough to remove it. */
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

/** Whether docker-machine says that it has no machine of that name. */
export function saysUnknown(stderr: string): boolean {
  return /Docker machine "[^"]*" does not exist/.test(stderr);
}

/** The error about a machine that there is not. */
export function unknownMachine(tried: string): HarnessError {
  return new HarnessError({
    code: 'machine-unknown',
    tried,
    observed: 'there is no machine of this name',
    remedy: 'docker-machine ls lists those that there are',
  });
}
