import { randomInt } from 'node:crypto';
import { createServer, type AddressInfo } from 'node:net';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { type RunningAgent, runAgent, startAgent } from './run-agent.ts';

const address = '127.0.0.1';

/** Reads the headers of a packet that a Perl expression builds, with VXLAN port 4789. */
const headersOf = (packet: string) => runAgent(`Follow::read_headers(${packet}, 4789)`);

/** An IPv4 header of 20 bytes from 10.0.9.2 to 10.0.9.4. */
const ip = (protocol: number) =>
  `pack('CCnnnCCn C4 C4', 0x45, 0, 60, 0, 0, 64, ${protocol}, 0, 10, 0, 9, 2, 10, 0, 9, 4)`;
const tcp = (flags: number) => `pack('nnNNCCnnn', 61001, 80, 0, 0, 0x50, ${flags}, 0, 0, 0)`;

describe('The headers of a followed packet', () => {
  test.each([
    [0x02, 'syn'],
    [0x12, 'syn-ack'],
    [0x14, 'rst'],
    [0x10, 'ack'],
    [0x11, 'fin'],
  ])('TCP flags %i are of the kind %s', (flags, kind) => {
    expect(headersOf(`${ip(6)} . ${tcp(flags)}`)).toMatchObject({
      kind,
      source: '10.0.9.2',
      sourcePort: 61_001,
      destination: '10.0.9.4',
      destinationPort: 80,
      ttl: 64,
      outer: null,
      spi: null,
    });
  });

  test.each([
    [8, 'echo'],
    [0, 'echo-reply'],
    [3, 'unreachable'],
    [11, 'time-exceeded'],
  ])('ICMP type %i is of the kind %s', (type, kind) => {
    const packet = `${ip(1)} . pack('CCnnn', ${type}, 0, 0, 61001, 1)`;
    expect(headersOf(packet)).toMatchObject({ kind, sourcePort: null });
  });

  test('in VXLAN include the outer addresses, the VNI and the MAC addresses', () => {
    const frame = `Packets::frame('02:42:0a:00:09:04', '02:42:0a:00:09:02', ${ip(6)} . ${tcp(2)})`;
    const outer = `Packets::udp_packet('192.168.99.1', '192.168.99.2', 5, 4789, Packets::vxlan(4097, ${frame}))`;
    expect(headersOf(outer)).toMatchObject({
      kind: 'syn',
      destination: '10.0.9.4',
      outer: {
        source: '192.168.99.1',
        destination: '192.168.99.2',
        vni: 4097,
        toMac: '02:42:0a:00:09:04',
        fromMac: '02:42:0a:00:09:02',
      },
    });
  });

  test('of ESP have the number of the security association, and of short packets nothing', () => {
    expect(headersOf(`${ip(50)} . pack('NN', 0xdeadbeef, 1)`)).toMatchObject({
      kind: 'esp',
      spi: 0xdeadbeef,
    });
    expect(headersOf(`${ip(6)} . 'short'`)).toBeNull();
    expect(headersOf(`${ip(6)} . 'a header is cut'`)).toBeNull();
  });
});

describe('A sent packet', () => {
  let agent: RunningAgent;
  beforeAll(() => {
    agent = startAgent();
  });
  afterAll(async () => {
    await agent[Symbol.asyncDispose]();
  });
  // Another run may still use a port.
  let number = randomInt(61_100, 65_000);
  const send = async (protocol: string, port: number, limit = 5000) => {
    number += 1;
    const words = [`${number}`, protocol, 'host', `${limit}`, address, address, `${port}`];
    return await agent.call('send', ...words);
  };

  test('opens a connection from its number, and closes it without data', async () => {
    const data: unknown[] = [];
    const closed = Promise.withResolvers<number | undefined>();
    const server = createServer((socket) => {
      const { remotePort } = socket;
      socket.on('data', (bytes) => data.push(bytes)).on('end', () => closed.resolve(remotePort));
    }).listen(0, address);
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    expect(await send('tcp', port)).toMatchObject({ answered: true, from: address, error: null });
    expect(await closed.promise).toBe(number);
    expect(data).toEqual([]);
  });

  test('reports the reply to a datagram, and a closed port', async () => {
    const socket = createSocket('udp4');
    onTestFinished(() => void socket.close());
    socket.on('message', (bytes, { port }) => socket.send(bytes, port, address));
    socket.bind(0, address);
    await once(socket, 'listening');
    expect(await send('udp', socket.address().port)).toMatchObject({ answered: true, error: null });
    const closed = createServer().listen(0, address);
    await once(closed, 'listening');
    const { port } = closed.address() as AddressInfo;
    closed.close();
    await once(closed, 'close');
    expect(await send('tcp', port)).toMatchObject({ answered: false, error: 'ECONNREFUSED' });
  });

  test('without a reply ends after its limit', async () => {
    const silent = createSocket('udp4');
    onTestFinished(() => void silent.close());
    const second = Promise.withResolvers<void>();
    let received = 0;
    silent.on('message', () => {
      received += 1;
      if (received === 2) second.resolve();
    });
    silent.bind(0, address);
    await once(silent, 'listening');
    expect(await send('udp', silent.address().port, 200)).toMatchObject({
      answered: false,
      error: 'ETIMEDOUT',
    });
    await second.promise;
  });

  test.each([
    [['send', '61200', 'sctp', 'host', '100', address, address, '9'], /unknown protocol: sctp/],
    [['send', '61200', 'udp', 'host', '100', address, 'host', '9'], /not an IPv4 address: host/],
    [['follow', '0', 'udp', '4789', 'plain', 'host'], /invalid number: 0/],
    [['followed', '61999'], /no trace with the number 61999/],
  ])('%j is refused', async (words, message) => {
    await expect(agent.call(...words)).rejects.toThrow(message);
  });
});
