import { spawn } from 'node:child_process';
import { complain, type CommandContext } from '../../context.ts';
import { driverOf } from '../../hosts/drivers.ts';
import { commandInside, shellWords, waitForEnd } from '../../enter-machine.ts';
import { Failure } from '../../failure.ts';
import type { Host } from '../../hosts/host-config.ts';
import { loadHost, targets } from '../../hosts/host.ts';

/** Options of the ssh client that mean nothing where no SSH is. */
const IGNORED = /^-[46AaCGgKkMNqsTvXxYy]+$/;
/** Options of the ssh client that ask for a terminal. */
const TERMINAL = /^-t+$/;

/** `ssh NAME [COMMAND…]`: a command, or a shell, in a machine, as root, with its own exit code. */
export async function runSsh(context: CommandContext): Promise<number> {
  const { args, command, program } = context;
  if (args[0] === '--help' || args[0] === '-h') {
    const { commandUsage } = await import('../../usage.ts');
    process.stdout.write(commandUsage(program, command));
    return 0;
  }
  const [name] = targets(context);
  const host = loadHost(context, name);
  requireRunning(context, host);
  const { wantsTerminal, words } = readClientOptions(args.slice(1));
  const code = await runInside(context, host, words.join(' '), wantsTerminal);
  if (code !== 0 && words.length > 0) complain(`exit status ${code}`);
  const hint = imageHint(program, host, words.join(' '), code);
  if (hint !== undefined) complain(hint);
  return code;
}

/** Ends the command if the machine is stopped or has no driver. */
export function requireRunning(context: CommandContext, host: Host): void {
  if (host.config.DriverName === 'none') {
    throw new Failure(
      `Error: Cannot run SSH command: Host "${host.name}" has no driver, only the URL of its engine`,
    );
  }
  if (driverOf(host).state(context, host) !== 'Running') {
    throw new Failure(`Error: Cannot run SSH command: Host "${host.name}" is not running`);
  }
}

/** Returns a hint if docker could not pull an image, because machines have no egress by default. */
export function imageHint(
  program: string,
  { name, config }: Pick<Host, 'name' | 'config'>,
  line: string,
  code: number,
): string | undefined {
  const pulls = /\bdocker\s+(?:container\s+|image\s+)?(run|create|pull)\b/.exec(line)?.[1];
  const refused = pulls === 'pull' ? 1 : 125;
  if (code !== refused || pulls === undefined || config.Driver.Egress === true) return undefined;
  const known = /\b(?:progrium\/consul|docam\/mysql-cont|docam\/tomcat)\b/.exec(line)?.[0];
  const image = known ?? 'FILE_OF_DOCKER_SAVE';
  const options =
    config.DriverName === 'uml' ? `-d uml --uml-image ${image}` : `--netns-image ${image}`;
  return `${name} reaches no registry. If the image is missing, add it when you create a machine: ${program} create ${options} NAME`;
}

function readClientOptions(words: readonly string[]) {
  let wantsTerminal = false;
  let next = 0;
  for (; next < words.length; next += 1) {
    const word = words[next] ?? '';
    if (TERMINAL.test(word)) wantsTerminal = true;
    else if (!IGNORED.test(word)) break;
  }
  const word = words[next] ?? '';
  if (word === '--') next += 1;
  else if (word.startsWith('-')) {
    throw new Failure(
      `ssh ${word}: options of SSH are not supported, because machines are entered without SSH. Put the command after --.`,
    );
  }
  return { wantsTerminal, words: words.slice(next) };
}

async function runInside(
  context: CommandContext,
  host: Host,
  line: string,
  wantsTerminal: boolean,
): Promise<number> {
  const wantsShell = wantsTerminal || line === '';
  if (host.config.DriverName === 'uml' && process.stdin.isTTY && wantsShell) {
    throw new Failure(
      `Error: machine "${host.name}" has its own kernel, and no terminal. Give a command, or pipe commands: echo uname -r | ${context.program} ssh ${host.name}`,
    );
  }
  const onTerminal = process.stdin.isTTY && wantsShell;
  const argv = shellWords(line, { isTerminal: onTerminal, type: context.environment['TERM'] });
  const { file, args, env, readsTerminal } = await commandInside(context, host, argv);
  const input = process.stdin.isTTY && !readsTerminal ? 'ignore' : 'inherit';
  return await waitForEnd(spawn(file, args, { env, stdio: [input, 'inherit', 'inherit'] }));
}
