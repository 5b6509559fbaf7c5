import { beforeEach } from 'vitest';

/**
 * Makes the tests of a suite the steps of one sequence: only the first failing step fails, and later steps are skipped
 * with its name. Called in `describe(…, { shuffle: false }, …)`.
 */
export function stopAtFailure(): void {
  let failed: string | undefined;
  beforeEach(({ task, skip, onTestFailed }) => {
    if (failed !== undefined) skip(`"${failed}" failed before it`);
    onTestFailed(() => {
      failed = task.name;
    });
  });
}
