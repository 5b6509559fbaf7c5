import { z } from 'zod';
import { HarnessError } from '../../process/errors/harness-error.ts';
import type { AgentChannel } from './agent-channel.ts';

export interface ProbeOptions {
  /** Milliseconds. */
  readonly limit?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Queries the agent of one host, and validates its answers. */
export interface Asker {
  /** The host's name. */
  readonly host: string;
  ask<T>(words: readonly string[], answer: z.ZodType<T>, options?: ProbeOptions): Promise<T>;
}

/** Extra time for an agent beyond the limit of a query: it handles many in parallel, and its host may be busy. */
export const PATIENCE = 30_000;

export function openAsker(host: string, channel: AgentChannel): Asker {
  return {
    host,
    ask: async (words, answer, { limit = PATIENCE, signal } = {}) => {
      const parsed = answer.safeParse(await channel.ask(words, { limit, signal }));
      if (parsed.success) return parsed.data;
      throw new HarnessError({
        code: 'answer-invalid',
        tried: `${host}: probe: ${words[0]}`,
        observed: 'the probe gave an unreadable answer',
        cause: parsed.error,
        evidence: z.prettifyError(parsed.error),
      });
    },
  };
}
