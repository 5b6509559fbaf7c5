import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runCommand } from '../../../../../helpers/process/run-command.ts';

const module = join(
  import.meta.dirname,
  '../../../../../helpers/cli/overlay-e2e/check/reader-watch.ts',
);

/**
 * Prints a line, and exits when the reader of its output has closed it. For a file, it prints that nothing was closed.
 */
const program = `
  import { fstatSync } from 'node:fs';
  import { ReaderWatch } from '${module}';
  using reader = new ReaderWatch(1);
  console.log('first line');
  if (fstatSync(1).isFIFO()) {
    const held = setInterval(() => {}, 60_000);
    await new Promise((resolve) => reader.signal.addEventListener('abort', resolve));
    clearInterval(held);
  } else console.error(reader.signal.aborted);
`;

test.for([
  ['"$@" | head -1', 'first line\n', ''],
  ['"$@" >/dev/null', '', 'false\n'],
] as const)('%s: a closed reader is noticed without a write', async ([line, stdout, stderr]) => {
  const node = [process.execPath, '--input-type=module', '-e', program];
  expect(await runCommand('bash', ['-o', 'pipefail', '-c', line, 'bash', ...node])).toEqual({
    exitCode: 0,
    stdout,
    stderr,
  });
});
