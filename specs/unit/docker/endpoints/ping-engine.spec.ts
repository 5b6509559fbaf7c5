import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { pingEngine } from '../../../../helpers/docker/endpoints/ping-engine.ts';
import { waitForEngine } from '../../../../helpers/docker/endpoints/wait-for-engine.ts';

async function serve(answer: RequestListener) {
  const server = createServer(answer);
  server.listen(0, '127.0.0.1');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { server, endpoint: { kind: 'plain', host: '127.0.0.1', port } as const };
}

test('a ping without a limit outlasts the idle timeout of one second', async () => {
  const { endpoint } = await serve((_, response) => {
    void delay(1200).then(() => response.end('OK'));
  });
  expect(await pingEngine(endpoint)).toMatchObject({ status: 200, body: 'OK' });
});

test('a ping ends at its limit, and its connection is destroyed', async () => {
  const { server, endpoint } = await serve((request, response) => {
    // Even if the response has begun.
    if (request.url === '/_ping') response.write('O');
  });
  const closed = new Promise((resolve) => {
    server.once('connection', (socket) => {
      // The client resets a connection with data that it has not read.
      socket.on('error', () => {}).once('close', resolve);
    });
  });
  await expect(pingEngine(endpoint, { limit: 100 })).rejects.toThrow(
    /no answer within 0\.1 s|aborted/,
  );
  await closed;
});

test('a ping ends with its signal', async () => {
  const { server, endpoint } = await serve(() => {});
  const over = new AbortController();
  server.on('connection', () => over.abort());
  await expect(pingEngine(endpoint, { signal: over.signal })).rejects.toThrow('aborted');
});

test('a ping reads the version from the header of the answer', async () => {
  const { endpoint } = await serve((_, response) => {
    response.setHeader('server', 'Docker/26.1.5 (linux)').end('OK');
  });
  expect(await pingEngine(endpoint)).toMatchObject({ version: '26.1.5' });
});

test('waiting for an engine polls until it answers 200, and fails if its machine has ended', async () => {
  let asked = 0;
  const { endpoint } = await serve((_, response) => {
    asked += 1;
    response.writeHead(asked < 3 ? 503 : 200).end('not yet');
  });
  await waitForEngine({ name: 'one', endpoint }, { every: 1 });
  expect(asked).toBe(3);
  const waiting = waitForEngine(
    { name: 'one', endpoint },
    {
      checkAlive: async () => await Promise.reject(new Error('it has ended')),
      fatal: (error) => (error as Error).message === 'it has ended',
    },
  );
  await expect(waiting).rejects.toThrow('it has ended');
  expect(asked).toBe(3);
});
