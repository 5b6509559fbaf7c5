/** A place in a row; given back when it is disposed of, whether it was used or not. */
export interface Turn extends Disposable {
  /** Settles, never fails, once all that came before have given their places back. */
  readonly reached: Promise<unknown>;
}

/** A row of things that are begun side by side, and have one step that each takes in the order in which they came. */
export class Turns {
  #all: Promise<unknown> = Promise.resolve();

  take(): Turn {
    const reached = this.#all;
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.#all = Promise.all([reached, promise]);
    return { reached, [Symbol.dispose]: () => resolve(undefined) };
  }
}
