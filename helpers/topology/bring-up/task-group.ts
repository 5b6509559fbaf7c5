/** Parallel tasks that fail together: the first failure aborts the others, and none keeps running. */
export class TaskGroup {
  readonly #failure = new AbortController();
  readonly #tasks: Promise<unknown>[] = [];
  /** Aborted by the first failure in the group, and by the caller of the group. */
  readonly signal: AbortSignal;

  constructor(outer: AbortSignal) {
    this.signal = AbortSignal.any([outer, this.#failure.signal]);
  }

  /** Starts a task. Other tasks may await its result; its failure fails the group. */
  start<T>(run: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const task = run(this.signal);
    task.catch((error: unknown) => this.#failure.abort(error));
    this.#tasks.push(task);
    return task;
  }

  /** Waits until every task has ended, and throws the error that failed the group, if any. */
  async finish(): Promise<void> {
    await Promise.allSettled(this.#tasks);
    this.signal.throwIfAborted();
  }
}
