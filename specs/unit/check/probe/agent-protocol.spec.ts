import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AGENT, type RunningAgent, startAgent } from './run-agent.ts';

/** Words of a text that match, sorted. */
const matches = (file: string, pattern: RegExp) =>
  [...readFileSync(join(AGENT, file), 'utf8').matchAll(pattern)]
    .map(([, word = '']) => word)
    .sort((a, b) => a.localeCompare(b));

const verbs = matches('main.pl', /^ {4}(\w+) => \\&\w+::\w+,$/gm);

describe('PROTOCOL.md', () => {
  test('has a section for each verb of main.pl, and for no other', () => {
    expect(verbs).toHaveLength(23);
    expect(matches('PROTOCOL.md', /^### `(\w+)`$/gm)).toEqual(verbs);
  });

  test.each(verbs)('begins the section of %s with its syntax', (verb) => {
    const [, section = ''] = readFileSync(join(AGENT, 'PROTOCOL.md'), 'utf8').split(
      `### \`${verb}\`\n\n`,
    );
    expect(section.startsWith(`\`${verb}`)).toBe(true);
  });
});

describe('An agent', () => {
  let agent: RunningAgent;
  const folder = mkdtempSync(join(tmpdir(), 'overlay-e2e-protocol-'));
  beforeAll(() => {
    agent = startAgent();
  });
  afterAll(async () => {
    await agent[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });
  const refused = async (...words: readonly string[]) =>
    await agent.call(...words).then(
      () => 'no error',
      ({ observed }: { observed: string }) => observed,
    );

  test('decodes words with spaces, percent signs, line feeds and characters beyond ASCII', async () => {
    const names = ['a b', '%41', 'line\nfeed', 'ü€😀', '"quoted"\\'];
    for (const name of names) writeFileSync(join(folder, name), name);
    const paths = names.map((name) => join(folder, name));
    const read = await agent.call('read', 'host', '100', ...paths.map((path) => hostPath(path)));
    expect(read).toEqual(
      names.map((name, index) => ({ path: hostPath(paths[index] ?? ''), text: name, cut: false })),
    );
  });

  test('answers many commands in any order, each by its ID', async () => {
    const slow = agent.call(
      'run',
      'host',
      '10000',
      'perl',
      '-e',
      'select undef, undef, undef, 0.3',
    );
    const order: string[] = [];
    const watch = async (name: string, answer: Promise<unknown>) => {
      await answer;
      order.push(name);
    };
    await Promise.all([watch('slow', slow), watch('fast', agent.call('expect'))]);
    expect(order).toEqual(['fast', 'slow']);
  });

  test.each([
    [['nonsense'], 'unknown verb nonsense'],
    [['expect', '0123abcd', '0123ABCD'], 'invalid run: 0123ABCD'],
    [['expect', '0123abcd00000001'], 'invalid run: 0123abcd00000001'],
    [['read', 'nowhere', '10', '/x'], 'invalid namespace: nowhere'],
    [['list', 'etc'], 'not an absolute path: etc'],
    [['list', '/proc/none'], '/proc/none: No such file or directory'],
    [['exchange', 'host', '10', 'sctp', '127.0.0.1', '1'], 'unknown protocol: sctp'],
    [['exchange', 'host', '10', 'udp', 'localhost', '1'], 'not an IPv4 address: localhost'],
    [['inject', '0123abcd00000001,carrier-pigeon'], 'unknown kind of packet: carrier-pigeon'],
    [['sniff', 'sctp', '7946'], 'unknown transport: sctp'],
    [['sniffed', 'tcp', '7946'], 'no sniffer for tcp 7946'],
    [['run', 'host', '1000', 'no-such-program'], 'no-such-program: No such file or directory'],
  ])('fails %j with a message, and continues', async (words, message) => {
    expect(await refused(...words)).toBe(message);
  });

  test('reports namespaces that it cannot open one by one', async () => {
    expect(await agent.call('capture', '4789', 'pid:x', 'pid:y')).toEqual([
      'invalid namespace: pid:x',
      'invalid namespace: pid:y',
    ]);
    expect(await agent.call('listen', 'nowhere')).toEqual([
      { namespace: 'nowhere', error: 'invalid namespace: nowhere' },
    ]);
  });

  test('lists a folder in order', async () => {
    expect(await agent.call('list', hostPath(folder))).toEqual([
      '"quoted"\\',
      '%41',
      'a b',
      'line\nfeed',
      'ü€😀',
    ]);
  });
});

describe('An agent ends', () => {
  test('with exit code 0 when its standard input ends', async () => {
    await using agent = startAgent();
    await agent.channel.ready({ limit: 30_000 });
    agent.process.stdin.end();
    expect(await once(agent.process, 'exit')).toEqual([0, null]);
  });

  test('with SIGALRM after its life time', async () => {
    await using agent = startAgent(1);
    expect(await once(agent.process, 'exit')).toEqual([null, 'SIGALRM']);
  });

  test('with a message when a command is longer than 4 MB', async () => {
    await using agent = startAgent();
    await expect(agent.call('expect', 'x'.repeat(4_100_000))).rejects.toMatchObject({
      evidence: expect.stringContaining('a command of more than 4000000 bytes'),
    });
  });
});

/** The path by which an agent on this computer, which reads other paths below /proc/1/root, finds a file without privileges. */
function hostPath(path: string): string {
  return `/proc/${process.pid}/root${path}`;
}
