import { beforeEach } from 'vitest';

/**
 * For a suite whose tests are the steps of one sequence, `describe(…, { shuffle: false }, …)`: called in it, only
 * the first failing step fails, and later steps are skipped with its name.
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
