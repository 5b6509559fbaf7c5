import type { RunnerTask } from 'vitest';
import type { TestModule } from 'vitest/node';

declare module 'vitest' {
  interface TaskMeta {
    /** Of a file: the meta of its tests, by ID. */
    testMetas?: Readonly<Record<string, TaskMeta>>;
  }
}

/**
 * Puts the meta of a file's tests, where allure-vitest records steps, into the meta of the file. Vitest sends the meta of a
 * test with updates of the test, and there is no update when hooks of a whole file or suite (`afterAll`) act after its last
 * test: the report would lose their steps, unless Vitest had not sent the test's own end yet. It sends the meta of a file
 * after the last hook.
 */
export function keepLateSteps(file: RunnerTask): void {
  file.meta.testMetas = Object.fromEntries(testsIn(file).map(({ id, meta }) => [id, meta]));
}

/** Gives tests the meta that they had at the end of their file. Must run before the reporter that reads it. */
export function takeLateSteps(modules: readonly TestModule[]): void {
  for (const module of modules) {
    const { testMetas = {} } = module.meta();
    for (const test of module.children.allTests()) Object.assign(test.meta(), testMetas[test.id]);
  }
}

function testsIn(task: RunnerTask): RunnerTask[] {
  return task.type === 'suite' ? task.tasks.flatMap(testsIn) : [task];
}
