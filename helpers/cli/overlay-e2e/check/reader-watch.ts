import { spawn } from 'node:child_process';
import { fstatSync } from 'node:fs';

/** Notices when nothing reads a pipe any more, also while nothing is written into it. */
export class ReaderWatch implements Disposable {
  readonly #gone = new AbortController();
  readonly #stop: () => void;

  /** @param fd the end of a pipe that is written into; of anything else it notices nothing */
  constructor(fd: number) {
    this.#stop = fstatSync(fd).isFIFO() ? this.#start(fd) : () => {};
  }

  /** Aborts when the reader is gone. */
  get signal(): AbortSignal {
    return this.#gone.signal;
  }

  [Symbol.dispose](): void {
    this.#stop();
  }

  /**
   * Node has no way to ask for this, but `tail -f` of GNU coreutils does nothing else when its file never changes: it ends
   * by SIGPIPE. Another tail ends otherwise, and then the reader is noticed by the next write only.
   */
  #start(fd: number): () => void {
    const words = ['-f', `--pid=${process.pid}`, '/dev/null'];
    const tail = spawn('tail', words, { stdio: ['ignore', fd, 'ignore'] });
    tail.on('error', () => {});
    tail.on('exit', (_code, signal) => {
      if (signal === 'SIGPIPE') this.#gone.abort();
    });
    tail.unref();
    return () => tail.kill();
  }
}
