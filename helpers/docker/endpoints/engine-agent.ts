import { readFile } from 'node:fs/promises';
import {
  Agent as HttpAgent,
  type AgentOptions,
  type ClientRequest,
  type IncomingMessage,
} from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Duplex } from 'node:stream';
import { inspect } from 'node:util';
import { AnswerTooLarge, answerLimit } from '../../process/files/read-bounded.ts';
import type { EngineEndpoint, SshEndpoint } from './endpoint.ts';
import { SshSocket } from './ssh-socket.ts';

/** What an HTTP client has to be told to ask an engine, beside its agent. */
export type Access =
  | {
      readonly protocol: 'https';
      readonly host: string;
      readonly port: number;
      readonly ca: string;
      readonly cert: string;
      readonly key: string;
    }
  | { readonly protocol: 'http'; readonly host: string; readonly port?: number }
  | { readonly protocol: 'http'; readonly socketPath: string };

/** What makes and keeps the connections to an engine. Opens nothing by itself. */
export function openAgent(endpoint: EngineEndpoint): HttpAgent {
  switch (endpoint.kind) {
    case 'tls':
      return new BoundedHttpsAgent({
        ...kept,
        // Said in either case: NODE_TLS_REJECT_UNAUTHORIZED=0 decides only where nothing is said.
        rejectUnauthorized: endpoint.anyCertificate !== true,
      });
    case 'ssh':
      return new SshAgent(endpoint);
    default:
      return new BoundedHttpAgent(kept);
  }
}

/** Reads the certificates of an endpoint that has some. */
export async function readAccess(endpoint: EngineEndpoint): Promise<Access> {
  switch (endpoint.kind) {
    case 'tls': {
      const { host, port, caFile, certFile, keyFile } = endpoint;
      const [ca, cert, key] = await Promise.all([
        readFile(caFile, 'utf8'),
        readFile(certFile, 'utf8'),
        readFile(keyFile, 'utf8'),
      ]);
      return { protocol: 'https', host, port, ca, cert, key };
    }
    case 'unix':
      return { protocol: 'http', socketPath: endpoint.path };
    case 'plain':
      return { protocol: 'http', host: endpoint.host, port: endpoint.port };
    default:
      // At the other end of ssh nobody asks which host is meant; Docker's own client says this one.
      return { protocol: 'http', host: 'docker.example.com' };
  }
}

/** A connection is dropped after a second without use: the machine behind a kept one may be gone without a word. */
const kept: AgentOptions = { keepAlive: true, timeout: 1000 };

declare module 'node:http' {
  interface Agent {
    /** Takes each request of a client; Node documents it nowhere, but others build on it, too (agent-base). */
    addRequest(request: ClientRequest, ...more: unknown[]): void;
  }
}

/**
 * Ends a request whose answer is longer than {@link answerLimit}: the client keeps all of an answer in memory until it is
 * whole, and an engine may lie. What a container writes to an attached client does not come this way.
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

/** The client describes all that is in an agent at each call, for a log that nobody reads: most of the call's own work. */
class BoundedHttpsAgent extends HttpsAgent {
  override addRequest(request: ClientRequest, ...more: unknown[]): void {
    boundAnswer(request);
    super.addRequest(request, ...more);
  }

  [inspect.custom](): string {
    return 'Agent';
  }
}

class BoundedHttpAgent extends HttpAgent {
  override addRequest(request: ClientRequest, ...more: unknown[]): void {
    boundAnswer(request);
    super.addRequest(request, ...more);
  }

  [inspect.custom](): string {
    return 'Agent';
  }
}

/** Milliseconds that an unused connection through ssh is kept: a login costs far more than a connection. */
const idleLimit = 15_000;

class SshAgent extends BoundedHttpAgent {
  readonly #endpoint: SshEndpoint;
  readonly #idle = new WeakMap<Duplex, NodeJS.Timeout>();

  constructor(endpoint: SshEndpoint) {
    // An sshd refuses at random who comes while ten others are still logging in (MaxStartups).
    super({ keepAlive: true, maxSockets: 8 });
    this.#endpoint = endpoint;
  }

  override createConnection(): Duplex {
    return new SshSocket(this.#endpoint);
  }

  override keepSocketAlive(socket: Duplex): boolean {
    this.#idle.set(socket, setTimeout(() => socket.destroy(), idleLimit).unref());
    (socket as SshSocket).unref();
    return true;
  }

  override reuseSocket(socket: Duplex, request: ClientRequest): void {
    clearTimeout(this.#idle.get(socket));
    (socket as SshSocket).ref();
    super.reuseSocket(socket, request);
  }
}
