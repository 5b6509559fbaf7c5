import type { Readable, Writable } from 'node:stream';
import { firstLine, HarnessError } from '../../process/errors/harness-error.ts';
import { parseJson } from '../../process/text/parse-json.ts';
import { tail } from '../../process/run-command.ts';
import { unlessAborted } from '../../process/waits/unless-aborted.ts';
import { type AgentResponse, ResponseReader } from './response-reader.ts';

/** The three streams of a running agent. */
export interface AgentStreams {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
}

export interface CommandOptions {
  /** Milliseconds until the caller stops waiting for the response. */
  readonly limit: number;
  readonly signal?: AbortSignal | undefined;
}

interface PendingCommand {
  readonly tried: string;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: HarnessError) => void;
}

/** The id of the response that the agent sends without a command, when it is ready. */
const READY = 0;

/** Characters of the agent's standard error that are kept. */
const KEPT = 4000;

/** A connection to an agent. Many commands may be pending at the same time. The protocol: agent/PROTOCOL.md. */
export class AgentChannel {
  readonly #name: string;
  readonly #streams: AgentStreams;
  readonly #pending = new Map<number, PendingCommand>();
  #lastId = READY;
  #stderr = '';
  /** The reason why no more responses come. */
  #ended: string | undefined;
  readonly #ready: Promise<unknown>;

  /** @param name of the agent, for errors: "worker-host: probe" */
  constructor(name: string, streams: AgentStreams) {
    this.#name = name;
    this.#streams = streams;
    const { stdin, stdout, stderr } = streams;
    stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-KEPT);
    });
    const reader = new ResponseReader();
    stdout.on('data', (bytes: Buffer) => {
      try {
        for (const response of reader.read(bytes)) this.#settle(response);
      } catch (error) {
        this.#end(firstLine(error));
      }
    });
    const end = () => {
      // Only then is standard error complete.
      if (!stdout.readableEnded || !stderr.readableEnded) return;
      this.#end('the probe ended, or the connection to its engine broke');
    };
    stdout.on('end', end);
    stderr.on('end', end);
    // The end of standard output reports that an agent is gone.
    stdin.on('error', () => {});
    this.#ready = this.#responseTo(READY, 'start');
    this.#ready.catch(() => {});
  }

  /** Settles when the agent accepts commands. */
  async ready({ limit, signal }: CommandOptions): Promise<void> {
    await this.#within(this.#ready, 'start', limit, signal);
  }

  /** Sends a command and returns the JSON value of its response, which is not validated yet. */
  async call(words: readonly string[], { limit, signal }: CommandOptions): Promise<unknown> {
    this.#lastId += 1;
    const id = this.#lastId;
    const tried = words.slice(0, 8).join(' ');
    const response = this.#responseTo(id, tried);
    this.#streams.stdin.write(`${[`${id}`, ...words.map(encodeWord)].join(' ')}\n`);
    try {
      return await this.#within(response, tried, limit, signal);
    } finally {
      this.#pending.delete(id);
    }
  }

  async #responseTo(id: number, tried: string): Promise<unknown> {
    if (this.#ended !== undefined) throw this.#failure(tried, this.#ended);
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.#pending.set(id, { tried, resolve, reject });
    return await promise;
  }

  async #within<T>(
    response: Promise<T>,
    tried: string,
    limit: number,
    signal: AbortSignal | undefined,
  ): Promise<T | undefined> {
    const over = AbortSignal.timeout(limit);
    const either = signal === undefined ? over : AbortSignal.any([over, signal]);
    try {
      return await unlessAborted(response, either);
    } catch (error) {
      signal?.throwIfAborted();
      if (!over.aborted || error instanceof HarnessError) throw error;
      throw this.#failure(tried, `no answer after ${limit / 1000} s`);
    }
  }

  #settle({ id, isOk, text }: AgentResponse): void {
    const command = this.#pending.get(id);
    // The caller may have stopped waiting.
    if (command === undefined) return;
    this.#pending.delete(id);
    if (isOk) command.resolve(parseJson(text));
    else {
      const tried = this.#tried(command.tried);
      command.reject(new HarnessError({ code: 'probe-failed', tried, observed: text }));
    }
  }

  #end(observed: string): void {
    this.#ended ??= observed;
    for (const { tried, reject } of this.#pending.values()) {
      reject(this.#failure(tried, this.#ended));
    }
    this.#pending.clear();
  }

  #failure(tried: string, observed: string): HarnessError {
    const evidence = this.#stderr.trim() === '' ? undefined : tail(this.#stderr);
    return new HarnessError({
      code: 'probe-failed',
      tried: this.#tried(tried),
      observed,
      evidence,
    });
  }

  #tried(words: string): string {
    return `${this.#name}: ${words}`;
  }
}

/** Percent-encodes every byte that could separate words or lines. */
function encodeWord(word: string): string {
  return Buffer.from(word, 'utf8')
    .toString('latin1')
    .replaceAll(/[^\w.:/@,=+-]/g, (byte) => {
      return `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
    });
}
