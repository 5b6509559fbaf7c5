import { readFile } from 'node:fs/promises';
import type { Agent } from 'node:http';
import { connect as connectPlain } from 'node:net';
import {
  connect,
  createSecureContext,
  type SecureContext,
  type SecureContextOptions,
} from 'node:tls';
import type { EngineEndpoint, SocketEndpoint, TlsEndpoint } from './endpoint.ts';
import { EngineAgent, EngineTlsAgent } from './engine-agent.ts';

/** The target of HTTP requests to an engine, without its certificates. */
export type Target =
  | { readonly protocol: 'https'; readonly host: string; readonly port: number }
  | { readonly protocol: 'http'; readonly host: string; readonly port?: number }
  | { readonly protocol: 'http'; readonly socketPath: string };

/** The path of all requests to one engine: their target, and the agent that opens, keeps and limits connections. */
export interface Transport {
  readonly target: Target;
  readonly agent: Agent;
}

/**
 * Reads the certificates of an endpoint; opens no connection.
 *
 * @param isAnonymous leaves out the client's certificate
 */
export async function openTransport(
  endpoint: EngineEndpoint,
  isAnonymous = false,
): Promise<Transport> {
  switch (endpoint.kind) {
    case 'tls': {
      const { host, port } = endpoint;
      const agent = new EngineTlsAgent(await readTlsOptions(endpoint, isAnonymous));
      return { target: { protocol: 'https', host, port }, agent };
    }
    case 'unix':
      return {
        target: { protocol: 'http', socketPath: endpoint.path },
        agent: new EngineAgent(),
      };
    case 'plain': {
      const { host, port } = endpoint;
      return { target: { protocol: 'http', host, port }, agent: new EngineAgent() };
    }
    default: {
      // Loaded late, so that other endpoints start faster.
      const { SshAgent } = await import('./ssh-socket.ts');
      // ssh ignores the host name; this is the one of Docker's own client.
      return {
        target: { protocol: 'http', host: 'docker.example.com' },
        agent: new SshAgent(endpoint),
      };
    }
  }
}

/** Connects once, with a TLS handshake if the endpoint uses TLS, and sends no request. */
export async function checkHandshake(
  endpoint: TlsEndpoint | SocketEndpoint,
  limit: number,
): Promise<void> {
  const options = endpoint.kind === 'tls' ? await readTlsOptions(endpoint) : undefined;
  await new Promise<void>((resolve, reject) => {
    const connected = () => {
      socket.destroy();
      resolve();
    };
    const socket =
      endpoint.kind === 'tls'
        ? connect(
            { host: endpoint.host, port: endpoint.port, timeout: limit, ...options },
            connected,
          )
        : connectPlain({ path: endpoint.path, timeout: limit }, connected);
    socket.on('timeout', () => socket.destroy(Object.assign(new Error(), { code: 'ETIMEDOUT' })));
    socket.on('error', reject);
  });
}

async function readTlsOptions(endpoint: TlsEndpoint, isAnonymous = false) {
  const { caFile, certFile, keyFile, anyCertificate } = endpoint;
  const files = isAnonymous ? [caFile] : [caFile, certFile, keyFile];
  const [ca, cert, key] = await Promise.all(
    files.map(async (file) => await readFile(file, 'utf8')),
  );
  return {
    secureContext: secureContextOf({ ca, cert, key }),
    // Always set: NODE_TLS_REJECT_UNAUTHORIZED=0 applies only if this is absent.
    rejectUnauthorized: anyCertificate !== true,
  };
}

const contexts = new Map<string, SecureContext>();

/**
 * Returns a TLS context, memoized by its certificates: machines of a state directory share them, and it is slow to
 * create.
 */
function secureContextOf(pems: SecureContextOptions): SecureContext {
  const id = JSON.stringify(pems);
  const context = contexts.get(id) ?? createSecureContext(pems);
  contexts.set(id, context);
  return context;
}
