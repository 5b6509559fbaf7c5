import { z } from 'zod';
import { HarnessError } from '../../process/errors/harness-error.ts';
import type { AgentChannel } from './agent-channel.ts';

export interface ProbeOptions {
  /** Milliseconds. */
  readonly limit?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A client of one host's agent. It validates each response before a caller uses it. */
export interface AgentClient {
  /** The host's name. */
  readonly host: string;
  call<T>(words: readonly string[], response: z.ZodType<T>, options?: ProbeOptions): Promise<T>;
}

/**
 * Milliseconds that a response may take beyond the limit of its command: the agent runs many commands at the same time,
 * and its host may be busy.
 */
export const RESPONSE_MARGIN = 30_000;

export function openAgentClient(host: string, channel: AgentChannel): AgentClient {
  return {
    host,
    call: async (words, response, { limit = RESPONSE_MARGIN, signal } = {}) => {
      const parsed = response.safeParse(await channel.call(words, { limit, signal }));
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
