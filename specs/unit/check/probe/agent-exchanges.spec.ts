import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openAgentClient } from '../../../../helpers/check/probe/agent-client.ts';
import { exchange, type Port } from '../../../../helpers/check/probe/exchange.ts';
import { resolveName } from '../../../../helpers/check/probe/resolve-name.ts';
import { type RunningAgent, startAgent } from './run-agent.ts';

const address = '127.0.0.1';

let agent: RunningAgent;
beforeAll(() => {
  agent = startAgent();
});
afterAll(async () => {
  await agent[Symbol.asyncDispose]();
});

const send = async (port: Port, text: string, limit = 5000) => {
  const client = openAgentClient('here', agent.channel);
  const result = await exchange(client, 'host', port, Buffer.from(text), { limit });
  return { ...result, answer: result.answer.toString() };
};

/** Serves TCP while `run` uses the port. */
async function withTcp<T>(serve: (socket: Socket) => void, run: (port: Port) => Promise<T>) {
  const server = createServer((socket) => serve(socket.on('error', () => {}))).listen(0, address);
  await once(server, 'listening');
  try {
    return await run({ protocol: 'tcp', address, port: (server.address() as AddressInfo).port });
  } finally {
    server.close();
  }
}

/** Serves UDP while `run` uses the port. */
async function withUdp<T>(
  answers: (message: Buffer) => readonly (string | Buffer)[],
  run: (port: Port) => Promise<T>,
) {
  const socket = createSocket('udp4');
  socket.on('message', (message, { port }) => {
    for (const answer of answers(message)) socket.send(answer, port, address);
  });
  socket.bind(0, address);
  await once(socket, 'listening');
  try {
    return await run({ protocol: 'udp', address, port: socket.address().port });
  } finally {
    socket.close();
  }
}

function greet(socket: Socket): void {
  socket.on('data', (bytes) => {
    socket.write(`${bytes.toString()} yourself: `);
    setImmediate(() => socket.end('ü'.repeat(100_000)));
  });
}

function writeOnce(socket: Socket): void {
  socket.write('and then');
}

function writeEndlessly(socket: Socket): void {
  const fill = () => {
    while (!socket.destroyed && socket.write('x'.repeat(65_536)));
  };
  socket.on('drain', fill);
  fill();
}

describe('An exchange over TCP', () => {
  test('returns all bytes until the other side closes the connection', async () => {
    expect(await withTcp(greet, async (port) => await send(port, 'hello'))).toMatchObject({
      answer: `hello yourself: ${'ü'.repeat(100_000)}`,
      error: undefined,
      connected: true,
    });
  });

  test('sends data that is longer than the socket buffers', async () => {
    let length = 0;
    const serve = (socket: Socket) => {
      socket.on('data', (bytes) => {
        length += bytes.length;
        if (length === 1_500_000) socket.end('all');
      });
    };
    const sent = await withTcp(serve, async (port) => await send(port, 'x'.repeat(1_500_000)));
    expect(sent).toMatchObject({ answer: 'all', error: undefined });
  });

  test('that is not closed in time has the error ETIMEDOUT, and the bytes so far', async () => {
    const result = await withTcp(writeOnce, async (port) => await send(port, '', 1000));
    expect(result).toMatchObject({ answer: 'and then', error: 'ETIMEDOUT', connected: true });
    expect(result.took).toBeGreaterThanOrEqual(1000);
  });

  test('ends after about 1 MB of an endless answer', async () => {
    const { answer, error } = await withTcp(writeEndlessly, async (port) => await send(port, ''));
    expect(error).toBeUndefined();
    expect(answer.length).toBeGreaterThanOrEqual(1_000_000);
    expect(answer.length).toBeLessThan(1_066_000);
  });

  test('with a closed port has the error ECONNREFUSED and no connection', async () => {
    const port = await withTcp(
      () => {},
      async (open) => open,
    );
    expect(await send(port, 'hello')).toMatchObject({
      answer: '',
      error: 'ECONNREFUSED',
      connected: false,
    });
  });
});

describe('An exchange over UDP', () => {
  test('returns the first datagram', async () => {
    expect(
      await withUdp(
        (message) => [message, 'again'],
        async (port) => await send(port, 'hello'),
      ),
    ).toMatchObject({
      answer: 'hello',
      error: undefined,
      connected: true,
    });
  });

  test('without an answer has the error ETIMEDOUT', async () => {
    const result = await withUdp(
      () => [],
      async (port) => await send(port, 'hello', 50),
    );
    expect(result).toMatchObject({ answer: '', error: 'ETIMEDOUT' });
  });

  test('with a closed port has the error ECONNREFUSED', async () => {
    const port = await withUdp(
      () => [],
      async (open) => open,
    );
    expect(await send(port, 'hello')).toMatchObject({ answer: '', error: 'ECONNREFUSED' });
  });
});

test('A name is resolved from 127.0.0.11 with an error where no server listens', async () => {
  const client = openAgentClient('here', agent.channel);
  expect(await resolveName(client, 'host', '127.0.0.11', 'db', { limit: 1000 })).toEqual({
    error: 'ECONNREFUSED',
  });
});
