import { quoteForShell } from '../../process/run-command.ts';

/**
 * One word for `docker-machine ssh NAME WORD` that runs `argv` as root, exactly as it stands, and tells its exit code
 * in a last line on standard error: docker-machine itself turns every code but 0 into 1.
 * The login shell on the other side only has to know single quotes; what it starts is `sh`.
 *
 * @param mark a word that the program itself will not print
 */
export function wrapForRemoteShell(argv: readonly string[], mark: string): string {
  const program = argv.map(quoteForShell).join(' ');
  const asRoot = `${program}\nprintf '\\n${mark} %d\\n' "$?" >&2`;
  // The code is told within sudo: what fails at sudo itself has no code, and is no answer of the program.
  const script = [
    `as_root=${quoteForShell(asRoot)}`,
    'if [ "$(id -u)" = 0 ]; then exec sh -c "$as_root"; fi',
    'exec sudo -n -- sh -c "$as_root"',
  ].join('\n');
  return `sh -c ${quoteForShell(script)}`;
}

/**
 * What the program wrote to standard error and its exit code, out of what came back.
 * `undefined` when the line with the code is missing: then the program did not run to its end over there.
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
