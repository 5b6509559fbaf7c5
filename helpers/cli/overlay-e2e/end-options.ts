/**
 * Ends the options of `exec` after its first argument, so that those of the program belong to the program:
 * `overlay-e2e exec web ls -l` becomes `overlay-e2e exec web -- ls -l`.
 *
 * @param argv as in `process.argv`
 */
export function endOptions(argv: readonly string[]): readonly string[] {
  const operands = argv.flatMap((word, at) => (at < 2 || word.startsWith('-') ? [] : [at]));
  const [command = -1, name = -1] = operands;
  if (argv[command] !== 'exec' || name < 0 || argv.slice(0, name + 2).includes('--')) return argv;
  return [...argv.slice(0, name + 1), '--', ...argv.slice(name + 1)];
}
