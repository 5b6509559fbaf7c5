import type { Readable, Writable } from 'node:stream';
import { firstLine, HarnessError } from '../../process/errors/harness-error.ts';
import { parseJson } from '../../process/text/parse-json.ts';
import { tail } from '../../process/run-command.ts';
import { unlessAborted } from '../../process/waits/unless-aborted.ts';
import { AnswerReader } from './answer-reader.ts';

/** The three streams of an agent, as who started it holds them. */
export interface AgentStreams {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
}

export interface AskOptions {
  /** Milliseconds until the answer is given up. */
  readonly limit: number;
  readonly signal?: AbortSignal | undefined;
}

interface Question {
  readonly tried: string;
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: HarnessError) => void;
}

/** The answer that comes unasked, when the agent is ready. */
const READY = 0;

/** The number of characters of an agent's error output that are kept. */
const KEPT = 4000;

/** The connection to an agent, with parallel queries. The protocol is described at the head of agent/main.pl. */
export class AgentChannel {
  readonly #name: string;
  readonly #streams: AgentStreams;
  readonly #questions = new Map<number, Question>();
  #lastId = READY;
  #complaints = '';
  /** The reason why no more answers come. */
  #ended: string | undefined;
  readonly #ready: Promise<unknown>;

  /** @param name of the agent, for errors: "worker-host: probe" */
  constructor(name: string, streams: AgentStreams) {
    this.#name = name;
    this.#streams = streams;
    const { stdin, stdout, stderr } = streams;
    stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#complaints = (this.#complaints + text).slice(-KEPT);
    });
    const reader = new AnswerReader();
    stdout.on('data', (bytes: Buffer) => {
      try {
        for (const answer of reader.read(bytes)) this.#settle(answer);
      } catch (error) {
        this.#end(firstLine(error));
      }
    });
    const end = () => {
      // Only then has it said all that it had to complain of.
      if (!stdout.readableEnded || !stderr.readableEnded) return;
      this.#end('the probe ended, or the connection to its engine broke');
    };
    stdout.on('end', end);
    stderr.on('end', end);
    // The end of its output reports a dead agent.
    stdin.on('error', () => {});
    this.#ready = this.#answerOf(READY, 'start');
    this.#ready.catch(() => {});
  }

  /** Resolves when the agent is ready. */
  async ready({ limit, signal }: AskOptions): Promise<void> {
    await this.#within(this.#ready, 'start', limit, signal);
  }

  /** Sends a query, and returns the answer: unvalidated JSON. */
  async ask(words: readonly string[], { limit, signal }: AskOptions): Promise<unknown> {
    this.#lastId += 1;
    const id = this.#lastId;
    const tried = words.slice(0, 8).join(' ');
    const answer = this.#answerOf(id, tried);
    this.#streams.stdin.write(`${[`${id}`, ...words.map(encodeWord)].join(' ')}\n`);
    try {
      return await this.#within(answer, tried, limit, signal);
    } finally {
      this.#questions.delete(id);
    }
  }

  async #answerOf(id: number, tried: string): Promise<unknown> {
    if (this.#ended !== undefined) throw this.#failure(tried, this.#ended);
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.#questions.set(id, { tried, resolve, reject });
    return await promise;
  }

  async #within<T>(
    answer: Promise<T>,
    tried: string,
    limit: number,
    signal: AbortSignal | undefined,
  ): Promise<T | undefined> {
    const over = AbortSignal.timeout(limit);
    const either = signal === undefined ? over : AbortSignal.any([over, signal]);
    try {
      return await unlessAborted(answer, either);
    } catch (error) {
      signal?.throwIfAborted();
      if (!over.aborted || error instanceof HarnessError) throw error;
      throw this.#failure(tried, `no answer after ${limit / 1000} s`);
    }
  }

  #settle({ id, isOk, text }: { id: number; isOk: boolean; text: string }): void {
    const question = this.#questions.get(id);
    // Nothing awaits the answer to an abandoned query.
    if (question === undefined) return;
    this.#questions.delete(id);
    if (isOk) question.resolve(parseJson(text));
    else
      question.reject(
        new HarnessError({
          code: 'probe-failed',
          tried: this.#tried(question.tried),
          observed: text,
        }),
      );
  }

  #end(observed: string): void {
    this.#ended ??= observed;
    for (const { tried, reject } of this.#questions.values()) {
      reject(this.#failure(tried, this.#ended));
    }
    this.#questions.clear();
  }

  #failure(tried: string, observed: string): HarnessError {
    const evidence = this.#complaints.trim() === '' ? undefined : tail(this.#complaints);
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

/** Encodes all bytes with a meaning in the protocol. */
function encodeWord(word: string): string {
  return Buffer.from(word, 'utf8')
    .toString('latin1')
    .replaceAll(/[^\w.:/@,=+-]/g, (byte) => {
      return `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
    });
}
