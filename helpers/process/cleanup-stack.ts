/** Resources that are released together, the last one first: as AsyncDisposableStack, which Node 22 does not have. */
export class CleanupStack implements AsyncDisposable {
  readonly #releases: (() => PromiseLike<void> | void)[] = [];

  /** Adds a resource, and returns it. */
  use<Resource extends AsyncDisposable | Disposable>(resource: Resource): Resource {
    this.defer(() =>
      Symbol.asyncDispose in resource
        ? resource[Symbol.asyncDispose]()
        : resource[Symbol.dispose](),
    );
    return resource;
  }

  /** Adds work for the end. */
  defer(release: () => PromiseLike<void> | void): void {
    this.#releases.push(release);
  }

  /** Releases all resources, also when one fails. Throws the error of one, or an AggregateError of several. */
  async [Symbol.asyncDispose](): Promise<void> {
    const errors: unknown[] = [];
    for (let release = this.#releases.pop(); release; release = this.#releases.pop()) {
      try {
        await release();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length === 1) throw errors[0];
    if (errors.length > 1) throw new AggregateError(errors, errors.map(String).join('\n'));
  }
}
