import { beforeEach } from 'vitest';

/**
 * For a suite whose tests are the steps of one sequence, `describe(…, { shuffle: false }, …)`: called in it, a step that
 * fails is the only one that does, and those after it say which one that was.
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
