import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import type { Socket } from 'node:net';
import { expect, test } from 'vitest';
import type { Engine } from '../../../helpers/docker/engine.ts';
import { serveEngine } from './serve-engine.ts';

/** Starts an engine with this handler; returns its client, and the connections that it has had. */
async function serve(answer: RequestListener): Promise<{ engine: Engine; sockets: Socket[] }> {
  const sockets: Socket[] = [];
  const { engine, server } = await serveEngine(answer);
  server.on('connection', (socket) => sockets.push(socket));
  return { engine, sockets };
}

test('an aborted request is destroyed, also if the client takes no signal', async () => {
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

test('closing aborts every request permanently, without a repetition', async () => {
  const { promise: asked, resolve } = Promise.withResolvers<void>();
  const { engine, sockets } = await serve(() => resolve());
  const answer = engine.info();
  const failure = expect(answer).rejects.toThrow('web: query its engine: the client is closed');
  await asked;
  engine.close();
  await failure;
  await expect(engine.version()).rejects.toThrow('the client is closed');
  const [socket] = sockets;
  if (socket?.closed === false) await once(socket, 'close');
  expect(sockets).toHaveLength(1);
});

test('a call to the engine of a slow machine has a limit that is longer by its factor', async () => {
  const { engine } = await serveEngine(() => {}, { limitFactor: 5 });
  await expect(engine.version({ limit: 100 })).rejects.toThrow(' after 0.5 s');
  const { engine: other } = await serveEngine(() => {});
  await expect(other.version({ limit: 100 })).rejects.toThrow(' after 0.1 s');
});
