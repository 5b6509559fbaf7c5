import type { RunnerTask } from 'vitest';

type Pack = readonly [id: string, result: RunnerTask['result'], meta: RunnerTask['meta']];

/** The connection of a Vitest worker to the process of its reporters. */
interface Worker {
  readonly rpc: { onTaskUpdate(packs: readonly Pack[], events: readonly []): Promise<unknown> };
}

/**
 * Sends the data of a file's tests again. Vitest sends it with updates of a test, and there is no update when hooks of a
 * whole file or suite (`afterAll`) act after its last test: the report would lose their steps, unless Vitest had not sent
 * the test's own end yet.
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
