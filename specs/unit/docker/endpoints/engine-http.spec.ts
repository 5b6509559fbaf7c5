import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { ask } from '../../../../helpers/docker/endpoints/engine-http.ts';

// An engine that unpacks an image says nothing meanwhile, and a connection that is kept is dropped after a second.
test('a question without a limit waits for an engine that is silent for longer than a connection is kept', async () => {
  const server = createServer((_, response) => {
    void delay(1200).then(() => response.end('at last'));
  });
  server.listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const engine = { kind: 'plain', host: '127.0.0.1', port } as const;
  expect(await ask(engine, 'GET', '/', {})).toEqual({ status: 200, body: 'at last' });
  await expect(ask(engine, 'GET', '/', { limit: 100 })).rejects.toThrow('silent for 0.1 s');
});
