import type { RunnerTask } from 'vitest';

type Pack = readonly [id: string, result: RunnerTask['result'], meta: RunnerTask['meta']];

/** How a worker of Vitest reaches the process that its reporters are in. */
interface Worker {
  readonly rpc: { onTaskUpdate(packs: readonly Pack[], events: readonly []): Promise<unknown> };
}

/**
 * Sends what the tests of a file have told once more. Vitest sends it with news of a test, and there is none when hooks of a
 * whole file or suite (`afterAll`) do something after its last test: the report would lose it, unless the hook was so quick
 * that Vitest had not sent the test's own end yet.
 */
export async function sendAgain(file: RunnerTask): Promise<void> {
  const { __vitest_worker__: worker } = globalThis as { __vitest_worker__?: Worker };
  await worker?.rpc.onTaskUpdate(
    testsIn(file).map(({ id, result, meta }) => [id, result, meta]),
    [],
  );
}

function testsIn(task: RunnerTask): RunnerTask[] {
  return task.type === 'suite' ? task.tasks.flatMap(testsIn) : [task];
}
