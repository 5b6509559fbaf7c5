import { describe, expect, test } from 'vitest';
import { readNameAnswer, writeNameQuery } from '../../../../helpers/check/probe/dns-message.ts';

const QUESTION = '1234 0100 0001 0000 0000 0000 0b 6d7973716c736572766572 00 0001 0001';
/** An engine's answer: the name of each record points to the name in the query. */
const RECORDS = 'c00c 0001 0001 00000258 0004 0a000903 c00c 0005 0001 00000258 0002 c00c';
const ANSWER = `1234 8180 0001 0003 0000 0000 0b 6d7973716c736572766572 00 0001 0001 ${RECORDS} c00c 0001 0001 00000258 0004 0a000905`;

const bytes = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');

describe('A query for a name', () => {
  test('has the format that resolvers send', () => {
    expect(writeNameQuery(0x1234, 'mysqlserver')).toEqual(bytes(QUESTION));
    expect(writeNameQuery(0x1234, 'mysqlserver.')).toEqual(bytes(QUESTION));
  });

  test.each(['', 'a..b', `${'a'.repeat(64)}.b`])('is not written for "%s"', (name) => {
    expect(() => writeNameQuery(1, name)).toThrow('is not a valid DNS name');
  });
});

describe('An answer', () => {
  test('has all addresses in their order, without other records', () => {
    expect(readNameAnswer(0x1234, bytes(ANSWER))).toEqual({
      code: 'NOERROR',
      addresses: ['10.0.9.3', '10.0.9.5'],
    });
  });

  test.each([
    ['8183', 'NXDOMAIN'],
    ['8182', 'SERVFAIL'],
    ['818b', 'code 11'],
  ])('with the flags %s says %s', (flags, code) => {
    const message = bytes(`1234 ${flags} 0000 0000 0000 0000`);
    expect(readNameAnswer(0x1234, message)).toEqual({ code, addresses: [] });
  });

  test('to another query, a query, and a truncated message are not accepted', () => {
    const whole = bytes(ANSWER);
    expect(readNameAnswer(0x1235, whole)).toBeUndefined();
    expect(readNameAnswer(0x1234, bytes(QUESTION))).toBeUndefined();
    for (let length = 0; length < whole.length; length += 1) {
      expect(readNameAnswer(0x1234, whole.subarray(0, length)), `${length}`).toBeUndefined();
    }
  });
});
