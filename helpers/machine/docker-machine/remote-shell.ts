import { quoteForShell } from '../../process/run-command.ts';

/**
 * Returns one argument for `docker-machine ssh NAME ARGUMENT` that runs `argv` as root, without any interpretation by a
 * shell. A last line on standard error reports the exit code, because docker-machine turns every code except 0 into 1.
 * The login shell of the machine only needs to support single quotes; the program is started by `sh`.
 *
 * @param mark a word that the program itself does not print
 */
export function wrapForRemoteShell(argv: readonly string[], mark: string): string {
  const program = argv.map(quoteForShell).join(' ');
  const asRoot = `${program}\nprintf '\\n${mark} %d\\n' "$?" >&2`;
  // The code is printed within sudo: if sudo itself fails, no code is printed, because the program did not run.
  const script = [
    `as_root=${quoteForShell(asRoot)}`,
    'if [ "$(id -u)" = 0 ]; then exec sh -c "$as_root"; fi',
    'exec sudo -n -- sh -c "$as_root"',
  ].join('\n');
  return `sh -c ${quoteForShell(script)}`;
}

/** Returns one argument for `docker-machine ssh NAME ARGUMENT` that runs `argv` as root with the caller's streams. */
export function wrapAsRoot(argv: readonly string[]): string {
  const program = argv.map(quoteForShell).join(' ');
  const script = `if [ "$(id -u)" = 0 ]; then exec ${program}; fi; exec sudo -n -- ${program}`;
  return `sh -c ${quoteForShell(script)}`;
}

/**
 * Returns the program's standard error and its exit code; undefined if the line with the code is missing, because then
 * the program did not run to completion.
 */
export function unwrapRemoteShell(
  stderr: string,
  mark: string,
): { stderr: string; exitCode: number } | undefined {
  const at = stderr.lastIndexOf(`\n${mark} `);
  if (at < 0) return undefined;
  const line = stderr.slice(at + 1 + mark.length + 1);
  const code = /^(\d+)\n/.exec(line)?.[1];
  return code === undefined ? undefined : { stderr: stderr.slice(0, at), exitCode: Number(code) };
}
