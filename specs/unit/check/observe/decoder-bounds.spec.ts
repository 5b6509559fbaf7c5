import '../../fuzz.ts';
import * as fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import {
  parseHosts,
  parseNameServers,
} from '../../../../helpers/check/observe/names/name-files.ts';
import { readIptables } from '../../../../helpers/check/observe/kernel/iptables-rules.ts';
import { readNftables } from '../../../../helpers/check/observe/kernel/nftables-rules.ts';
import { findHooks, type Hook } from '../../../../helpers/check/observe/kernel/rule-match.ts';
import { ResponseReader } from '../../../../helpers/check/probe/response-reader.ts';
import { readNameAnswer } from '../../../../helpers/check/probe/dns-message.ts';
import { demuxOutput } from '../../../../helpers/docker/containers/demux-output.ts';

// Files, firewalls and responses of examined hosts and containers: decoders must terminate for any content.

const text = fc.string({ unit: 'binary', maxLength: 400 });
const bytes = fc.uint8Array({ maxLength: 400 }).map((array) => Buffer.from(array));

describe('Files with names of a container', () => {
  test('random text gives at most one entry per line', () => {
    fc.assert(
      fc.property(text, (file) => {
        const lines = file.split('\n').length;
        expect(parseHosts(file).length).toBeLessThanOrEqual(lines);
        expect(parseNameServers(file).length).toBeLessThanOrEqual(lines);
      }),
    );
  });

  test('name servers are parsed between blanks and comments', () => {
    const file =
      '\n\n  nameserver\t127.0.0.11 \n# nameserver 1.1.1.1\nnameserver 8.8.8.8 # x\nnameserver';
    expect(parseNameServers(file)).toEqual(['127.0.0.11', '8.8.8.8']);
  });
});

describe('Firewall rules', () => {
  const word = fc.oneof(
    fc.constantFrom('-j', '-g', 'DROP', '-p', 'udp', '--dport', '4789', '-d', '10.0.0.1', '!', '"'),
    text,
  );
  const line = fc
    .tuple(fc.constantFrom(':INPUT ACCEPT [0:0]', '[1:2] -A INPUT', '*filter', ''), fc.array(word))
    .map(([start, words]) => [start, ...words].join(' '));

  test('random iptables-save output gives at most one rule per line', () => {
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        const output = `*filter\n${lines.join('\n')}`;
        const rules = readIptables('iptables-legacy', output, ['10.0.0.1']);
        expect(rules.length).toBeLessThanOrEqual(output.split('\n').length);
      }),
    );
  });

  test('random nft JSON gives rules or an error', () => {
    const ruleset = fc
      .record({ nftables: fc.array(fc.jsonValue()) })
      .map((one) => JSON.stringify(one));
    fc.assert(
      fc.property(fc.oneof(ruleset, fc.json(), text), (output) => {
        try {
          expect(readNftables(output, ['10.0.0.1'], [])).toBeInstanceOf(Array);
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
        }
      }),
    );
  });

  test('an expression of 100,000 levels is an error and does not crash the process', () => {
    const deep = `${'{"concat":['.repeat(100_000)}1${']}'.repeat(100_000)}`;
    const rule = `{"family":"ip","table":"t","chain":"c","handle":1,"expr":[{"match":{"op":"==","left":${deep},"right":1}},{"drop":null}]}`;
    const chain = '{"family":"ip","table":"t","name":"c","hook":"input","policy":"accept"}';
    const output = `{"nftables":[{"chain":${chain}},{"rule":${rule}}]}`;
    expect(() => readNftables(output, [], [])).toThrow(RangeError);
  });

  test('each jump in a firewall with 20,000 chains is followed once per hook', () => {
    const follow = vi.fn<(to: string) => string>((to) => to);
    const jumps = Array.from({ length: 20_000 }, (_, index) => ({
      from: index % 2 === 0 ? 'INPUT' : `chain-${index}`,
      get to() {
        return follow(`chain-${index + 1}`);
      },
    }));
    const hooks = new Map<string, Hook>([
      ['INPUT', 'input'],
      ['OUTPUT', 'output'],
    ]);
    const found = findHooks(hooks, jumps);
    expect(found.get('chain-19999')).toEqual(['input']);
    expect(found.get('OUTPUT')).toEqual(['output']);
    expect(follow.mock.calls.length).toBeLessThanOrEqual(jumps.length * hooks.size);
  });

  test('chains in a cycle have the hooks of all chains that jump to them', () => {
    const jumps = [
      { from: 'INPUT', to: 'a' },
      { from: 'a', to: 'b' },
      { from: 'b', to: 'a' },
      { from: 'FORWARD', to: 'b' },
      { from: 'OUTPUT', to: 'b' },
    ];
    const found = findHooks(
      new Map<string, Hook>([
        ['INPUT', 'input'],
        ['OUTPUT', 'output'],
      ]),
      jumps,
    );
    expect(found.get('a')).toEqual(['input', 'output']);
    expect(found.get('b')).toEqual(['input', 'output']);
    expect(found.has('FORWARD')).toBe(false);
  });
});

describe('Responses from the network', () => {
  test('random name server responses are addresses or nothing, and each byte is read once', () => {
    const look = vi.spyOn(Buffer.prototype, 'readUInt8');
    const message = fc
      .tuple(fc.constantFrom('00078180', '00070000'), bytes)
      .map(([head, rest]) => Buffer.concat([Buffer.from(head, 'hex'), rest]));
    fc.assert(
      fc.property(message, (answer) => {
        look.mockClear();
        const read = readNameAnswer(7, answer);
        expect(read?.addresses.length ?? 0).toBeLessThanOrEqual(answer.length / 12);
        expect(look.mock.calls.length).toBeLessThanOrEqual(answer.length + 1);
      }),
    );
    look.mockRestore();
  });

  test('the output of an agent gives the same responses in pieces of any size', () => {
    const answers = fc.array(fc.tuple(fc.nat(), fc.boolean(), text), { maxLength: 5 });
    fc.assert(
      fc.property(answers, fc.integer({ min: 1, max: 50 }), (all, size) => {
        const output = Buffer.concat(
          all.map(([id, isOk, said]) => {
            const body = Buffer.from(said);
            return Buffer.concat([
              Buffer.from(`${id} ${isOk ? 'ok' : 'failed'} ${body.length}\n`),
              body,
            ]);
          }),
        );
        const reader = new ResponseReader();
        const read = [];
        for (let at = 0; at < output.length; at += size) {
          read.push(...reader.read(output.subarray(at, at + size)));
        }
        expect(read).toEqual(
          all.map(([id, isOk, said]) => ({ id, isOk, text: Buffer.from(said).toString() })),
        );
      }),
    );
  });

  test('random bytes from an agent are an error, or an incomplete head of limited length', () => {
    fc.assert(
      fc.property(bytes, (output) => {
        try {
          new ResponseReader().read(output);
        } catch (error) {
          expect((error as Error).message).toContain('unreadable output');
        }
      }),
    );
  });

  test("frames of a program's output never contain more than the input", () => {
    fc.assert(
      fc.property(bytes, (output) => {
        const concat = vi.spyOn(Buffer, 'concat');
        demuxOutput(output);
        const made = concat.mock.results.map(({ value }) => (value as Buffer).length);
        concat.mockRestore();
        expect(made.reduce((sum, length) => sum + length, 0)).toBeLessThanOrEqual(output.length);
      }),
    );
  });
});
