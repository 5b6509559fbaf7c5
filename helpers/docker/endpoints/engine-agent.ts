import type { AgentOptions, ClientRequest, IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, type AgentOptions as HttpsAgentOptions } from 'node:https';
import { inspect } from 'node:util';
import { AnswerTooLarge, answerLimit } from '../../process/files/read-bounded.ts';
import { Agent as HttpAgent } from '../../process/quick-http.ts';

declare module 'node:http' {
  interface Agent {
    /**
     * Receives each request of a client. Node does not document it, but other packages depend on it too (agent-base).
     */
    addRequest(request: ClientRequest, ...more: unknown[]): void;
  }
}

/** Closes an idle connection after a second, because its machine may have disappeared silently. */
const kept: AgentOptions = { keepAlive: true, timeout: 1000 };

/**
 * Ends a request whose response exceeds {@link answerLimit}: an HTTP client keeps the whole response in memory, and an
 * engine may be malicious. The output of an attached container does not pass here.
 */
function boundAnswer(request: ClientRequest): void {
  request.prependOnceListener('response', (response: IncomingMessage) => {
    const push = response.push.bind(response);
    let length = 0;
    response.push = (piece: Uint8Array | null) => {
      length += piece?.length ?? 0;
      if (length <= answerLimit) return push(piece);
      response.destroy(new AnswerTooLarge());
      return false;
    };
  });
}

/**
 * Keeps the connections of one engine, and limits its responses. Its description is short, because docker-modem formats
 * the whole agent at each call, for a log without readers.
 */
export class EngineAgent extends HttpAgent {
  constructor(options: AgentOptions = kept) {
    super(options);
  }

  override addRequest(request: ClientRequest, ...more: unknown[]): void {
    boundAnswer(request);
    super.addRequest(request, ...more);
  }

  [inspect.custom](): string {
    return 'Agent';
  }
}

/** An {@link EngineAgent} over TLS. */
export class EngineTlsAgent extends HttpsAgent {
  /** @param options include the check of certificates; otherwise, NODE_TLS_REJECT_UNAUTHORIZED=0 would apply */
  constructor(options: HttpsAgentOptions & { readonly rejectUnauthorized: boolean }) {
    super({ ...kept, ...options });
  }

  override addRequest(request: ClientRequest, ...more: unknown[]): void {
    boundAnswer(request);
    super.addRequest(request, ...more);
  }

  [inspect.custom](): string {
    return 'Agent';
  }
}
