import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { sendRequest } from '../../../helpers/process/send-request.ts';

async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const server = createServer(answer);
  server.listen(0, '127.0.0.1');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { server, url: `http://127.0.0.1:${port}` };
}

const { signal } = new AbortController();

test('a request has its method, headers, body and exact path; its answer is complete', async () => {
  const { url } = await serve((request, response) => {
    const { method, url: path, headers } = request;
    const said = [method, path, headers['content-type'], headers['content-length']].join(' ');
    response.writeHead(418, { 'content-type': 'text/x-tea' }).write(`${said} `);
    request.pipe(response);
  });
  const answer = await sendRequest(url, {
    path: '/a/../b?c=%2e',
    method: 'PUT',
    body: 'söme',
    headers: { 'content-type': 'text/plain' },
    signal,
  });
  expect(answer).toMatchObject({
    status: 418,
    headers: { 'content-type': 'text/x-tea' },
    body: 'PUT /a/../b?c=%2e text/plain 5 söme',
  });
});

test('each request has its own connection, which ends with it', async () => {
  const { server, url } = await serve((_, response) => response.end('OK'));
  let opened = 0;
  const closed: Promise<unknown>[] = [];
  server.on('connection', (socket) => {
    opened += 1;
    closed.push(once(socket, 'close'));
  });
  for (const path of ['/one', '/two']) await sendRequest(`${url}${path}`, { signal });
  expect(opened).toBe(2);
  await Promise.all(closed);
});

test.for(['no answer', 'half an answer'])(
  'after %s, an abort rejects with its reason and ends the connection',
  async (what) => {
    const { server, url } = await serve((_, response) => {
      if (what === 'half an answer') response.write('O');
    });
    const abort = new AbortController();
    const closed = new Promise((resolve) => {
      server.once('connection', (socket) => socket.on('error', () => {}).once('close', resolve));
    });
    server.once('request', () => setImmediate(() => abort.abort(new Error('it is enough'))));
    await expect(sendRequest(url, { signal: abort.signal })).rejects.toThrow('it is enough');
    await closed;
  },
);

test('a refused connection rejects with its address', async () => {
  await expect(sendRequest('http://127.0.0.1:1/', { signal })).rejects.toThrow(
    'connect ECONNREFUSED 127.0.0.1:1',
  );
});
