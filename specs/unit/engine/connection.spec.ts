import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { connectEngine, type Engine } from '../../../helpers/engine/engine.ts';

/** An engine at a port of its own that answers so, and the connections that it has had. */
async function serve(answer: RequestListener): Promise<{ engine: Engine; sockets: Socket[] }> {
  const sockets: Socket[] = [];
  const server = createServer(answer).on('connection', (socket) => sockets.push(socket));
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
  });
  onTestFinished(() => {
    engine.close();
    server.closeAllConnections();
    server.close();
  });
  return { engine, sockets };
}

test('a request that is given up is destroyed, also where the client takes no signal', async () => {
  const { promise: asked, resolve } = Promise.withResolvers<void>();
  const { engine, sockets } = await serve(() => resolve());
  const over = new AbortController();
  const failure = expect(engine.version({ signal: over.signal })).rejects.toThrow('too late');
  await asked;
  over.abort(new Error('too late'));
  await failure;
  const [socket] = sockets;
  if (socket?.closed === false) await once(socket, 'close');
});

test('closing gives up every request for good: none is sent again', async () => {
  const { promise: asked, resolve } = Promise.withResolvers<void>();
  const { engine, sockets } = await serve(() => resolve());
  const answer = engine.info();
  const failure = expect(answer).rejects.toThrow(
    'web: ask its engine: the connection to it was closed',
  );
  await asked;
  engine.close();
  await failure;
  await expect(engine.version()).rejects.toThrow('the connection to it was closed');
  const [socket] = sockets;
  if (socket?.closed === false) await once(socket, 'close');
  expect(sockets).toHaveLength(1);
});
