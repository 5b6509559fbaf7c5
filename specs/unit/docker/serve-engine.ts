import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import type { EngineHost } from '../../../helpers/docker/endpoints/endpoint.ts';
import { connectEngine, type Engine } from '../../../helpers/docker/engine.ts';

/**
 * Starts an HTTP server with an engine's answers, until the test has ended.
 *
 * @param more further fields of its machine
 */
export async function serveEngine(
  answer: RequestListener,
  more: Pick<EngineHost, 'limitFactor'> = {},
): Promise<{ engine: Engine; server: Server }> {
  const server = createServer(answer);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const engine = connectEngine({
    name: 'web',
    address: '127.0.0.1',
    state: 'Running',
    url: `tcp://127.0.0.1:${port}`,
    endpoint: { kind: 'plain', host: '127.0.0.1', port },
    engineOptions: [],
    engineLabels: [],
    certificates: '',
    ...more,
  });
  onTestFinished(() => {
    engine.close();
    server.closeAllConnections();
    server.close();
  });
  return { engine, server };
}
