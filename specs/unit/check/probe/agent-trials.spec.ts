import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openAgentClient } from '../../../../helpers/check/probe/agent-client.ts';
import { openPackets } from '../../../../helpers/check/probe/open-packets.ts';
import type { Listener, Packets, TrialRequest } from '../../../../helpers/check/probe/packets.ts';
import { type RunningAgent, runAgent, startAgent } from './run-agent.ts';

const RUN = '0123abcd';
const address = '127.0.0.1';

let agent: RunningAgent;
let packets: Packets;
let listener: Listener;
beforeAll(async () => {
  agent = startAgent();
  const client = openAgentClient('here', agent.channel);
  packets = openPackets(async (response, words) => await client.call(words, response));
  await packets.expect(RUN);
  const [opened] = await packets.listen(['host']);
  if (opened === undefined || 'error' in opened) throw new Error(opened?.error);
  listener = opened;
});
afterAll(async () => {
  await agent[Symbol.asyncDispose]();
});

let last = 0;
function requestTo(
  protocol: TrialRequest['protocol'],
  port: number,
  size = 0,
  run = RUN,
): TrialRequest {
  last += 1;
  const id = `${run}${last.toString(16).padStart(8, '0')}`;
  return { id, protocol, namespace: 'host', source: address, destination: address, port, size };
}

/** A TCP port on which nothing listens. */
async function closedPort(): Promise<number> {
  const server = createServer().listen(0, address);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

describe('Over loopback', () => {
  test('UDP, TCP and connection trials are answered, and their listener reports them', async () => {
    const requests = [
      requestTo('udp', listener.udp),
      requestTo('udp', listener.udp, 1450),
      requestTo('tcp', listener.tcp),
      requestTo('tcp', listener.tcp, 20_000),
      requestTo('connect', listener.tcp),
    ];
    const results = await packets.request(requests);
    const ids = requests.map(({ id }) => id);
    expect(results.map(({ id }) => id)).toEqual(ids);
    for (const result of results) {
      expect(result).toMatchObject({ answered: true, from: address, error: undefined });
    }
    expect(results[0]?.keys).toEqual([ids[0]]);
    expect(results[2]?.keys[0]).toMatch(new RegExp(`^127.0.0.1:\\d+>127.0.0.1:${listener.tcp}$`));
    // A connection alone carries no ID.
    expect(await packets.received(ids)).toEqual(new Set(ids.slice(0, 4)));
    expect(await packets.results([ids[0] ?? '', 'unknown'])).toEqual([results[0]]);
  });

  test('injected datagrams are received once announced, and others are ignored', async () => {
    const { id, destination, source, port } = requestTo('udp', listener.udp);
    const common = { kind: 'udp', namespace: 'host', source, destination, port } as const;
    const foreign = '1111111100000001';
    const unsent = `${RUN}0001fff0`;
    const errors = await packets.inject([
      { ...common, id },
      { ...common, id: foreign },
      { ...common, id: unsent, source: '192.0.2.1' },
    ]);
    expect([...errors]).toEqual([[unsent, 'address 192.0.2.1: Cannot assign requested address']]);
    expect(await packets.received([id, foreign, unsent])).toEqual(new Set([id]));
  });

  test('a trial without a reply is sent three times and fails, with the reason if any', async () => {
    const closed = await closedPort();
    const [unannounced, refused, invalid] = await packets.request([
      requestTo('udp', listener.udp, 0, '11111111'),
      requestTo('tcp', closed),
      { ...requestTo('udp', 9), destination: 'db' },
    ]);
    expect(unannounced).toMatchObject({ answered: false, error: undefined, sends: 3 });
    expect(refused).toMatchObject({ answered: false, error: 'ECONNREFUSED', sends: 3 });
    expect(refused?.keys).toHaveLength(3);
    expect(invalid).toMatchObject({ answered: false, error: 'not an IPv4 address: db' });
  });

  test('a ping of gossip has memberlist’s format, and its acknowledgement is the reply', async () => {
    const messages: Buffer[] = [];
    const engine = createSocket('udp4');
    engine.on('message', (message, { port }) => {
      messages.push(message);
      // ackRespMsg: {SeqNo: 1, Payload: nil} in MessagePack.
      engine.send(Buffer.from('0282a55365714e6f01a75061796c6f6164c0', 'hex'), port, address);
    });
    engine.bind(0, address);
    await once(engine, 'listening');
    try {
      const [result] = await packets.request([requestTo('ping', engine.address().port)]);
      expect(result).toMatchObject({ answered: true, from: address });
    } finally {
      engine.close();
    }
    // pingMsg: {SeqNo: 1, Node: ""}: https://github.com/hashicorp/memberlist/blob/v0.2.4/net.go
    expect(messages[0]?.toString('hex')).toBe('0082a55365714e6fce00000001a44e6f6465a0');
  });
});

test('A sequence number is read in each of its MessagePack encodings', () => {
  expect(
    runAgent(String.raw`
      no warnings 'redefine';
      my @pinged;
      *Trials::record_reply = sub { push @pinged, shift };
      for (1 .. 0x10001) { my $trial = { id => "$_" }; Trials::ping_for($trial) }
      for my $number ("\x7f", "\xcc\x80", "\xcd\xff\xff", "\xce\x00\x01\x00\x01", "\x00", "\xcd\x01") {
        Trials::read_ack("\x02\x82\xa5SeqNo$number", '127.0.0.1');
      }
      \@pinged`),
  ).toEqual(['127', '128', '65535', '65537']);
});
