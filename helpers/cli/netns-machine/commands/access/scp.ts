import { spawn } from 'node:child_process';
import { basename } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { EnterCommand } from '../../../../netns/boot/enter.ts';
import { complain, type CommandContext } from '../../context.ts';
import { commandInside, waitForEnd } from '../../enter-machine.ts';
import { Failure } from '../../failure.ts';
import type { Host } from '../../hosts/host-config.ts';
import { loadHost } from '../../hosts/host.ts';
import { requireRunning } from './ssh.ts';

/** A path of this computer, or of a machine. */
interface Place {
  readonly host: Host | undefined;
  readonly path: string;
}

/** Says `file MODE` or `folder` on the first line, then the content. Complains as scp does. */
const SEND = `cd ~ 2>/dev/null; [ -z "$3" ] || cd "$3"
if [ -d "$1" ]; then
  if [ "$2" != true ]; then echo "scp: $1: not a regular file" >&2; exit 1; fi
  echo folder; exec tar -C "$1" -cf - .
fi
if [ ! -e "$1" ]; then echo "scp: $1: No such file or directory" >&2; exit 1; fi
echo "file $(stat -Lc %a "$1")"; exec cat <"$1"`;

/**
 * Receives the output of SEND. `read` of the first line must not consume more: dash and bash read byte by byte from a
 * pipe. Only the last three digits of a mode count, as with scp, so that root of a machine cannot create a setuid program
 * on this computer.
 */
const TAKE = `cd ~ 2>/dev/null; [ -z "$3" ] || cd "$3"
read -r kind mode || exit 1
case $mode in *[!0-7]*) exit 1 ;; ?*???) mode=\${mode#"\${mode%???}"} ;; esac
target=$1; [ ! -d "$target" ] || target=$target/$2
[ -d "$(dirname "$target")" ] || { echo "scp: $target: No such file or directory" >&2; exit 1; }
if [ "$kind" = folder ]; then mkdir -p "$target" && exec tar -C "$target" --no-same-owner --no-same-permissions -xf -; fi
[ -e "$target" ] || fresh=yes
cat >"$target" && { [ -z "$fresh" ] || chmod "$mode" "$target"; }`;

/** `scp FROM TO`: files and folders from, to and between machines, by way of pipes. */
export async function runScp(context: CommandContext): Promise<number> {
  const { args, command, flags, program } = context;
  const [source, target] = args;
  if (args.length !== 2 || source === undefined || target === undefined) {
    const { commandUsage } = await import('../../usage.ts');
    process.stdout.write(commandUsage(program, command));
    throw new Failure('Improper number of arguments');
  }
  if (flags.on('delta')) {
    throw new Failure(
      'scp --delta: rsync needs SSH, which machines of the driver netns do not have. Omit --delta.',
    );
  }
  const from = readPlace(context, source);
  const to = readPlace(context, target);
  const code = await copy(context, from, to, flags.on('recursive'));
  if (code !== 0) complain(`exit status ${code}`);
  return code;
}

function readPlace(context: CommandContext, text: string): Place {
  const colon = text.indexOf(':');
  // A path like ./a:b is of this computer, as it is for scp.
  if (colon < 0 || text.slice(0, colon).includes('/')) return { host: undefined, path: text };
  const path = text.slice(colon + 1) || '.';
  const name = text.slice(0, colon).replace(/^[^@]*@/, '');
  if (name === 'localhost') return { host: undefined, path };
  try {
    const host = loadHost(context, name);
    requireRunning(context, host);
    return { host, path };
  } catch (error) {
    throw new Failure(`Error loading host: Error loading host: ${(error as Error).message}`);
  }
}

async function copy(
  context: CommandContext,
  from: Place,
  to: Place,
  recursive: boolean,
): Promise<number> {
  const send = await prepare(context, from, [SEND, from.path, String(recursive)]);
  const take = await prepare(context, to, [TAKE, to.path, basename(from.path)]);
  // Both in parallel, so that no output of a finished program is lost.
  const sender = spawn(send.file, send.args, {
    env: send.env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const taker = spawn(take.file, take.args, {
    env: take.env,
    stdio: ['pipe', 'inherit', 'inherit'],
  });
  const [sent, taken] = await Promise.all([
    waitForEnd(sender),
    waitForEnd(taker),
    // Whichever end breaks, the program there says why, and by its exit code that it did.
    pipeline(sender.stdout, taker.stdin).catch(() => undefined),
  ]);
  return taken === 0 ? sent : taken;
}

async function prepare(
  context: CommandContext,
  { host }: Place,
  [script, ...args]: readonly [string, ...string[]],
): Promise<Omit<EnterCommand, 'readsTerminal'>> {
  const argv = ['sh', '-c', script, 'scp', ...args] as const;
  if (host !== undefined) return await commandInside(context, host, [...argv, '']);
  const { PATH = '/usr/bin:/bin', HOME = '/' } = context.environment;
  return { file: 'sh', args: [...argv.slice(1), process.cwd()], env: { PATH, HOME } };
}
