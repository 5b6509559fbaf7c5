import '../../fuzz.ts';
import * as fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { readMembersResponse } from '../../../../helpers/cluster/gossip/gossip-protocol.ts';
import { decompressLzw, unpackedLimit } from '../../../../helpers/cluster/gossip/lzw.ts';
import { MessagePackReader } from '../../../../helpers/cluster/gossip/msgpack.ts';
import { readSwarmNodes } from '../../../../helpers/cluster/classic-swarm/swarm-nodes.ts';
import {
  readChildren,
  readData,
  readSession,
  type ZooKeeperReply,
} from '../../../../helpers/cluster/key-value/stores/zookeeper-protocol.ts';
import { packCodes, packLzw } from './pack-lzw.ts';

// Anyone may answer on a gossip port or as a store. Decoders end for any bytes, and produce no more data than the bytes
// contain.

const bytes = fc.uint8Array({ maxLength: 600 }).map((array) => Buffer.from(array));

/** Returns a value or the decoder's own error. Anything else, such as a crash or a hang, fails the test. */
function outcome<T>(decode: () => T): T | undefined {
  try {
    return decode();
  } catch (error) {
    expect(error).toBeInstanceOf(Error);
    return undefined;
  }
}

afterEach(() => vi.restoreAllMocks());

describe('LZW', () => {
  test('random bytes unpack or fail with an error', () => {
    fc.assert(fc.property(bytes, (packed) => void outcome(() => decompressLzw(packed))));
  });

  test('data that Go compressed is unpacked unchanged', () => {
    fc.assert(
      fc.property(bytes, (plain) => {
        expect(decompressLzw(packLzw(plain))).toEqual(plain);
      }),
    );
  });

  test('a bomb of 24 kB is rejected before it is unpacked to twice the limit', () => {
    const bomb = growingTexts(unpackedLimit);
    const concat = vi.spyOn(Buffer, 'concat');
    expect(bomb.length).toBeLessThan(24_000);
    expect(() => decompressLzw(bomb)).toThrow('larger than 8 MB');
    const made = concat.mock.results.reduce((sum, { value }) => sum + (value as Buffer).length, 0);
    expect(made).toBeLessThanOrEqual(2 * unpackedLimit);
  });

  test('clear codes alone produce no data', () => {
    const concat = vi.spyOn(Buffer, 'concat');
    const codes = Array.from({ length: 10_000 }, () => 256);
    expect(decompressLzw(packCodes([...codes, 257], 9))).toHaveLength(0);
    expect(concat).toHaveBeenCalledTimes(1);
  });
});

/** Returns codes whose texts each are one byte longer than the one before. */
function growingTexts(limit: number): Buffer {
  const codes = [97];
  for (let made = 1, length = 1; made <= limit; made += length) {
    length = Math.min(length + 1, 4096 - 258);
    codes.push(Math.min(256 + length, 4095));
  }
  return packCodes(codes);
}

describe('MessagePack', () => {
  test('random bytes are a value or an error, and no byte is read twice', () => {
    const read = vi.spyOn(Buffer.prototype, 'readUIntBE');
    fc.assert(
      fc.property(bytes, (packed) => {
        read.mockClear();
        outcome(() => new MessagePackReader(packed).read());
        expect(read.mock.calls.length).toBeLessThanOrEqual(packed.length + 1);
      }),
    );
  });

  test.each([
    ['list', Buffer.of(0xdc, 0xff, 0xff, 1)],
    ['map', Buffer.of(0xde, 0xff, 0xff, 0xa1, 97, 1)],
    ['text', Buffer.of(0xdb, 0xff, 0xff, 0xff, 0xff, 97)],
  ])('a %s that announces too many elements fails before anything is created', (_kind, packed) => {
    const read = vi.spyOn(Buffer.prototype, 'readUIntBE');
    expect(() => new MessagePackReader(packed).read()).toThrow('truncated data');
    expect(read.mock.calls.length).toBeLessThanOrEqual(2);
  });

  test('lists may be nested 16 levels deep, but no deeper', () => {
    expect(new MessagePackReader(nested(16)).read()).toBeDefined();
    expect(() => new MessagePackReader(nested(17)).read()).toThrow(
      'nested more than 16 levels deep',
    );
  });
});

describe('gossip', () => {
  test('random answers are members or an error', () => {
    const answers = fc.tuple(fc.constantFrom(6, 9, 13), bytes);
    fc.assert(
      fc.property(answers, ([kind, rest]) => {
        const members = outcome(() => readMembersResponse(Buffer.concat([Buffer.of(kind), rest])));
        expect(members?.length ?? 0).toBeLessThanOrEqual(rest.length);
      }),
    );
  });

  test('an answer that is packed twice is rejected', () => {
    const pack = (plain: Buffer) =>
      Buffer.concat([
        Buffer.of(9, 0x82),
        text('Algo'),
        Buffer.of(0),
        text('Buf'),
        Buffer.of(0xda, packLzw(plain).length >> 8, packLzw(plain).length & 0xff),
        packLzw(plain),
      ]);
    const members = Buffer.concat([
      Buffer.of(6, 0x83),
      text('Nodes'),
      Buffer.of(0),
      text('UserStateLen'),
      Buffer.of(0),
      text('Join'),
      Buffer.of(0xc2),
    ]);
    expect(readMembersResponse(pack(members))).toEqual([]);
    expect(() => readMembersResponse(pack(pack(members)))).toThrow('unknown message 9');
  });

  test('four billion announced members are rejected before they are read', () => {
    const header = Buffer.concat([
      Buffer.of(6, 0x81),
      text('Nodes'),
      Buffer.of(0xce, 0xff, 0xff, 0xff, 0xff),
    ]);
    expect(() => readMembersResponse(header)).toThrow('truncated data');
  });
});

/** Returns nested lists of a depth. */
function nested(depth: number): Buffer {
  return Buffer.from([...Array<number>(depth).fill(0x91), 1]);
}

function text(word: string): Buffer {
  return Buffer.concat([Buffer.of(0xa0 | word.length), Buffer.from(word)]);
}

describe('ZooKeeper', () => {
  test('random bytes are a session or an error', () => {
    fc.assert(fc.property(bytes, (answer) => void outcome(() => readSession(answer, 3))));
  });

  test('random replies are children and data or an error, with no more children than bytes', () => {
    fc.assert(
      fc.property(bytes, (fields) => {
        const reply: ZooKeeperReply = { error: 0, fields };
        outcome(() => readData(reply));
        expect(outcome(() => readChildren(reply))?.length ?? 0).toBeLessThanOrEqual(
          fields.length / 4,
        );
      }),
    );
  });

  test('two billion announced children are rejected before they are read', () => {
    const fields = Buffer.from('7fffffff00000000', 'hex');
    expect(() => readChildren({ error: 0, fields })).toThrow('announces 2147483647 entries');
  });
});

test('any lines of a Swarm manager are nodes or an error in one line', () => {
  const lines = fc.array(fc.tuple(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' })));
  fc.assert(
    fc.property(lines, (status) => {
      const error = thrownBy(() => readSwarmNodes([['Nodes', '1'], ...status]));
      expect(error?.split('\n')[0]).toBe(error);
    }),
  );
});

function thrownBy(run: () => unknown): string | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
