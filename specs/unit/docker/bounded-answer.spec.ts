import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { openConnection } from '../../../helpers/docker/connection.ts';
import { answerLimit } from '../../../helpers/process/files/read-bounded.ts';

// The engine attacks here, and is the only fake: no real engine sends an endless response.

/** Starts an engine that answers every request with the output of `answer`; returns a client of it. */
async function lyingEngine(answer: (response: ServerResponse) => void) {
  const server: Server = createServer((_, response) => answer(response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const connection = openConnection({
    name: 'liar',
    url: `tcp://127.0.0.1:${port}`,
    endpoint: { kind: 'plain', host: '127.0.0.1', port },
    address: '127.0.0.1',
    state: 'Running',
    engineOptions: [],
    engineLabels: [],
    certificates: '',
  });
  onTestFinished(() => connection.close());
  return connection;
}

test('an endless response is aborted and named, and its connection closed', async () => {
  const closed = Promise.withResolvers<number>();
  const connection = await lyingEngine((response) => {
    const piece = Buffer.alloc(1 << 16, ' ');
    let sent = 0;
    const go = () => {
      while (response.writable) {
        sent += piece.length;
        if (!response.write(piece)) break;
      }
    };
    response.on('drain', go);
    response.on('close', () => closed.resolve(sent));
    response.writeHead(200, { 'content-type': 'application/json' });
    go();
  });
  const call = connection.call({
    title: 'info',
    answer: z.unknown(),
    ask: async (docker) => await docker.info(),
  });
  await expect(call).rejects.toThrow('the answer is longer than 16 MB');
  expect(await closed.promise).toBeLessThan(3 * answerLimit);
});

test('a response within the limit is complete', async () => {
  const text = JSON.stringify({ Name: 'x'.repeat(1_000_000) });
  const connection = await lyingEngine((response) => {
    response.setHeader('content-type', 'application/json');
    response.end(text);
  });
  const read = await connection.call({
    title: 'info',
    answer: z.object({ Name: z.string() }),
    ask: async (docker) => await docker.info(),
  });
  expect(read.Name).toHaveLength(1_000_000);
});
