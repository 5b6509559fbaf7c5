import { describe, expect, test } from 'vitest';
import {
  createRequest,
  deleteRequest,
  getChildrenRequest,
  getDataRequest,
  readChildren,
  readData,
  readSession,
  setDataRequest,
  writeSession,
} from '../../../../helpers/cluster/key-value/stores/zookeeper-protocol.ts';

const requests = [
  createRequest('/spec', ''),
  createRequest('/spec/a', 'x'),
  setDataRequest('/spec/a', 'hé'),
  createRequest('/spec/a', 'y'),
  getDataRequest('/spec/a'),
  getChildrenRequest('/spec'),
  deleteRequest('/spec'),
  deleteRequest('/spec/a'),
  deleteRequest('/spec'),
  getDataRequest('/spec'),
];

/** The response of a ZooKeeper 3.4.13 to a session of these requests. */
const answer = Buffer.from(
  [
    '000000240000000000002710010000c4d995033a00000010df001c4e4f633410b5a64ce444c4ba94',
    '000000190000000100000000000006b400000000000000052f73706563',
    '0000001b0000000200000000000006b500000000000000072f737065632f61',
    '000000540000000300000000000006b60000000000000000000006b500000000000006b6000001a21dabf1a4000001a2',
    '1dabf1a40000000100000000000000000000000000000000000000030000000000000000000006b5',
    '000000100000000400000000000006b7ffffff92',
    '0000005b0000000500000000000006b7000000000000000368c3a900000000000006b500000000000006b6000001a2',
    '1dabf1a4000001a21dabf1a40000000100000000000000000000000000000000000000030000000000000000000006b5',
    '000000190000000600000000000006b700000000000000010000000161',
    '000000100000000700000000000006b8ffffff91',
    '000000100000000800000000000006b900000000',
    '000000100000000900000000000006ba00000000',
    '000000100000000a00000000000006baffffff9b',
    '000000100000000b00000000000006bb00000000',
  ].join(''),
  'hex',
);

describe('a session with a ZooKeeper', () => {
  test('has a reply for each request: the data or the error', () => {
    const replies = readSession(answer, requests.length);
    expect(replies.map(({ error }) => error)).toEqual([0, 0, 0, -110, 0, 0, -111, 0, 0, -101]);
    const [, , , , data, children] = replies;
    expect(data && readData(data)).toBe('hé');
    expect(children && readChildren(children)).toEqual(['a']);
  });

  test('is an error if it is truncated at any byte', () => {
    // The reply to the last request, which closes the session, is not used.
    const needed = answer.length - 20;
    for (let length = 0; length < needed; length += 1) {
      expect(() => readSession(answer.subarray(0, length), requests.length)).toThrow(
        'ZooKeeper closed the connection',
      );
    }
    expect(readSession(answer.subarray(0, needed), requests.length)).toHaveLength(requests.length);
  });

  test('is an error if ZooKeeper rejects it', () => {
    const refused = Buffer.from(answer);
    refused.writeInt32BE(0, 8);
    expect(() => readSession(refused, 1)).toThrow('ZooKeeper rejected the session');
  });

  test('is an error if its replies have another order', () => {
    const swapped = Buffer.from(answer);
    swapped.writeInt32BE(2, 44);
    expect(() => readSession(swapped, 1)).toThrow('ZooKeeper answered request 2 instead of 1');
  });

  test('counts the bytes of a value, not its characters', () => {
    const question = writeSession([setDataRequest('/a', 'hé')]);
    expect(question.toString('hex')).toContain(`00000003${Buffer.from('hé').toString('hex')}`);
  });
});
