import { constants } from 'node:os';
import { HarnessError } from './harness-error.ts';

const watched = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
type WatchedSignal = (typeof watched)[number];

/** A signal of the user or the system that ended this process. */
export class Interrupted extends HarnessError {
  /** The exit code that shells expect after this signal: 130, 143 or 129. */
  readonly exitCode: number;

  constructor(name: WatchedSignal) {
    super({ code: 'interrupted', tried: 'overlay-e2e', observed: `interrupted by ${name}` });
    this.name = 'Interrupted';
    this.exitCode = 128 + constants.signals[name];
  }
}

/**
 * Turns SIGINT, SIGTERM and SIGHUP into an abort for as long as it lives. Only the first one aborts; those after it
 * are counted, because a second Ctrl-C must not end the process while it still cleans up.
 */
export class InterruptionWatch implements Disposable {
  readonly #abort = new AbortController();
  readonly #handlers: readonly (readonly [WatchedSignal, () => void])[];
  #count = 0;

  constructor(onFirst: (interrupted: Interrupted) => void = () => {}) {
    this.#handlers = watched.map((name) => [name, () => this.#receive(name, onFirst)] as const);
    for (const [name, handler] of this.#handlers) process.on(name, handler);
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** The interruption, if any. */
  get interrupted(): Interrupted | undefined {
    const { reason } = this.#abort.signal;
    return reason instanceof Interrupted ? reason : undefined;
  }

  /**
   * Runs `run`, and repeats it if it failed while another signal arrived: a terminal's Ctrl-C also ends the commands of
   * a clean-up, which may succeed a moment later.
   */
  async insistOn(run: () => Promise<void>): Promise<void> {
    for (;;) {
      const before = this.#count;
      try {
        await run();
        return;
      } catch (error) {
        if (this.#count === before) throw error;
      }
    }
  }

  /** After an interruption the handlers stay, so that a further signal does not change the exit code. */
  [Symbol.dispose](): void {
    if (this.#abort.signal.aborted) return;
    for (const [name, handler] of this.#handlers) process.off(name, handler);
  }

  #receive(name: WatchedSignal, onFirst: (interrupted: Interrupted) => void): void {
    this.#count += 1;
    if (this.#abort.signal.aborted) return;
    const interrupted = new Interrupted(name);
    this.#abort.abort(interrupted);
    onFirst(interrupted);
  }
}
