import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readdirSync, readFileSync } from 'node:fs';

/**
 * Starts a program that outlives this process. The program inherits neither descriptors nor the environment: otherwise,
 * a caller that waits for one of our pipes to close would hang.
 *
 * @param log the file for the program's output
 */
export function startDetached(
  [file, ...args]: readonly [string, ...string[]],
  { log, env }: { log: string; env: Readonly<Record<string, string>> },
): ChildProcess {
  const output = openSync(log, 'a', 0o600);
  const nothing = openSync('/dev/null', 'r');
  try {
    const child = spawn(file, args, {
      detached: true,
      stdio: [nothing, output, output, ...overInherited(nothing)],
      cwd: '/',
      env,
    });
    child.on('error', () => undefined);
    child.unref();
    return child;
  } finally {
    closeSync(output);
    closeSync(nothing);
  }
}

/**
 * Returns the `stdio` entries of a child for the descriptors that this process inherited (`flock 200>lock`): /dev/null.
 * Node opens its own descriptors close-on-exec; "ignore" does not close a descriptor above 2.
 */
function overInherited(nothing: number): (number | 'ignore')[] {
  const inherited = readdirSync('/proc/self/fd').map(Number).filter(isInherited);
  return Array.from({ length: Math.max(2, ...inherited) - 2 }, (_, index) =>
    inherited.includes(index + 3) ? nothing : 'ignore',
  );
}

function isInherited(fd: number): boolean {
  let info: string;
  try {
    info = readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8');
  } catch {
    // The descriptor that readdir used.
    return false;
  }
  const flags = /^flags:\t(\d+)$/m.exec(info)?.[1] ?? '';
  const closeOnExec = 0o2000000;
  return (Number.parseInt(flags, 8) & closeOnExec) === 0;
}
