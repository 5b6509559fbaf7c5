/** Things done side by side that fail together: the first failure aborts the others, and none is left running. */
export class TaskGroup {
  readonly #failure = new AbortController();
  readonly #tasks: Promise<unknown>[] = [];
  /** Aborted by the group's own first failure, and by whoever started the group. */
  readonly signal: AbortSignal;

  constructor(outer: AbortSignal) {
    this.signal = AbortSignal.any([outer, this.#failure.signal]);
  }

  /** Starts a task. What it gives may be awaited by other tasks; its failure is everybody's. */
  start<T>(run: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const task = run(this.signal);
    task.catch((error: unknown) => this.#failure.abort(error));
    this.#tasks.push(task);
    return task;
  }

  /** Waits until every task has ended, and throws what made the group fail, if anything did. */
  async finish(): Promise<void> {
    await Promise.allSettled(this.#tasks);
    this.signal.throwIfAborted();
  }
}
