/** A place in the queue, released when it is disposed of. */
export interface QueuePosition extends Disposable {
  /** Resolves, and never rejects, once all earlier places are released. */
  readonly reached: Promise<unknown>;
}

/** A FIFO queue for tasks that start in parallel and take one step in the order of their start. */
export class FifoQueue {
  #all: Promise<unknown> = Promise.resolve();

  enter(): QueuePosition {
    const reached = this.#all;
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.#all = Promise.all([reached, promise]);
    return { reached, [Symbol.dispose]: () => resolve(undefined) };
  }
}
