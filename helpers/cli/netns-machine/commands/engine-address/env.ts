import { basename, join } from 'node:path';
import { say, type CommandContext } from '../../context.ts';
import { socketOf } from '../../engine-connection.ts';
import { Failure } from '../../failure.ts';
import { onlyTarget } from '../../hosts/host.ts';
import { noProxyIn, noProxyWith, renderSet, renderUnset, shellNamed } from '../../shells.ts';
import { reachableUrl } from './connection.ts';

const NAMES = ['DOCKER_TLS_VERIFY', 'DOCKER_HOST', 'DOCKER_CERT_PATH', 'DOCKER_MACHINE_NAME'];

/** `env NAME`: lines for a shell that point the docker client to a machine; with `--unset`, to none any more. */
export async function runEnv(context: CommandContext): Promise<void> {
  const { environment, flags } = context;
  const commandLine = [context.program, ...context.words].join(' ');
  if (flags.on('unset')) {
    if (context.args.length > 0) {
      throw new Failure('Error: Expected no machine name when the -u flag is present');
    }
    const names = flags.on('no-proxy') ? [...NAMES, noProxyIn(environment)[0]] : NAMES;
    process.stdout.write(renderUnset(shellNamed(shellName(context)), names, commandLine));
    return;
  }
  const host = onlyTarget(context);
  const url = await reachableUrl(context, host, 'Error checking TLS connection');
  const shell = shellNamed(shellName(context));
  // The docker client would ask for certificates on a socket, too.
  const verify = socketOf(url) === undefined ? '1' : '';
  const values = [verify, url, join(context.storage, 'machines', host.name), host.name];
  const variables = NAMES.map((name, index) => [name, values[index] ?? ''] as const);
  if (flags.on('no-proxy')) {
    variables.push(noProxyWith(host.config.Driver.IPAddress ?? '', environment));
  }
  process.stdout.write(renderSet(shell, variables, commandLine));
}

function shellName(context: CommandContext): string {
  const chosen = context.flags.text('shell') || basename(context.environment['SHELL'] ?? '');
  if (chosen !== '') return chosen;
  say(
    "The default lines below are for a sh/bash shell, you can specify the shell you're using, with the --shell flag.\n",
  );
  throw new Failure('Error: Unknown shell');
}
