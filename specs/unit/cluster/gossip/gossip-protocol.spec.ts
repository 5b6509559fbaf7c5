import { describe, expect, test } from 'vitest';
import { readMembersResponse } from '../../../../helpers/cluster/gossip/gossip-protocol.ts';
import { decompressLzw } from '../../../../helpers/cluster/gossip/lzw.ts';
import { MessagePackReader } from '../../../../helpers/cluster/gossip/msgpack.ts';
import { longAnswer, shortAnswer } from './gossip-answers.ts';

const members = [
  { name: 'worker-host', address: '192.168.187.102', state: 'alive' },
  { name: 'master-host', address: '192.168.187.101', state: 'alive' },
];

describe('the gossip response of an engine', () => {
  test.each([
    ['short', shortAnswer],
    ['long', longAnswer],
  ])('names both members as alive if it is %s', (_length, answer) => {
    expect(readMembersResponse(answer)).toEqual(members);
  });

  test('is an error if it is truncated at any byte, never a shorter list', () => {
    for (let length = 0; length < shortAnswer.length; length += 1) {
      expect(
        () => readMembersResponse(shortAnswer.subarray(0, length)),
        `${length} bytes`,
      ).toThrow();
    }
  });

  test('distinguishes dead members and members that left from alive ones', () => {
    expect(readMembersResponse(answerOf({ 'a-host': 2, 'b-host': 3, 'c-host': 0 }))).toEqual([
      { name: 'a-host', address: '10.1.2.3', state: 'dead' },
      { name: 'b-host', address: '10.1.2.3', state: 'left' },
      { name: 'c-host', address: '10.1.2.3', state: 'alive' },
    ]);
  });

  test('is an error if it is another kind of message', () => {
    expect(() => readMembersResponse(Buffer.of(2, 0x80))).toThrow('unknown message 2');
    expect(() => readMembersResponse(Buffer.from('HTTP/1.1 400'))).toThrow('unknown message 72');
  });
});

test('LZW with codes of 9 to 11 bits unpacks to the original data', () => {
  const packed = new MessagePackReader(longAnswer.subarray(1)).read();
  const { Buf } = packed as { Buf: Buffer };
  const plain = decompressLzw(Buf).toString('latin1');
  expect(plain).toHaveLength(5650);
  // 64 random digits each, so that a single wrong code is visible.
  expect(plain.match(/jl 192\.168\.187\.10[12] 1b8d4fc5e16f\w{52} \w{64}/g)).toHaveLength(22);
  expect(
    plain.match(/(?:join|leave) 10\.0\.9\.\d 255\.255\.255\.0 02:42:0a:00:09:0\d/g),
  ).toHaveLength(22);
  expect(plain).toMatch(/master-host.{1,2}worker-host.{1,2}$/s);
});

function answerOf(nodes: Record<string, number>): Buffer {
  return Buffer.concat([
    Buffer.of(6, 0x81),
    text('Nodes'),
    Buffer.of(Object.keys(nodes).length),
    ...Object.entries(nodes).flatMap(([name, state]) => [
      Buffer.of(0x83),
      text('Name'),
      text(name),
      text('Addr'),
      raw(Buffer.of(10, 1, 2, 3)),
      text('State'),
      Buffer.of(state),
    ]),
  ]);
}

function raw(bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.of(0xa0 | bytes.length), bytes]);
}

function text(value: string): Buffer {
  return raw(Buffer.from(value));
}
