import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createEnginesProvider } from '../../../../helpers/machine/engines/provider.ts';
import type { GivenEngine } from '../../../../helpers/machine/engines/given-engine.ts';

// specs/check tests the connections to real engines; these tests are about their answers.

const version = { Version: '26.1.5+dfsg1', ApiVersion: '1.45', Os: 'linux' };
const info = { ID: 'A', Name: 'host-a', Swarm: { NodeAddr: '10.0.0.1' }, ClusterAdvertise: '' };

/** Starts a server with these two answers, and returns how a user would name it. */
async function serve(
  answers: { version?: unknown; info?: unknown; status?: number } = {},
  host = '127.0.0.1',
) {
  const server = createServer((request, response) => {
    const answer = request.url === '/info' ? (answers.info ?? info) : (answers.version ?? version);
    response.writeHead(answers.status ?? 200, { 'content-type': 'application/json' });
    response.end(typeof answer === 'string' ? answer : JSON.stringify(answer));
  });
  server.listen(0, host);
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return given((server.address() as AddressInfo).port, {}, host);
}

function given(port: number, more: Partial<GivenEngine> = {}, host = '127.0.0.1'): GivenEngine {
  const url = `tcp://${host}:${port}`;
  const endpoint = { kind: 'plain', host, port } as const;
  return { givenAs: `--engine ${url}`, url, endpoint, ...more };
}

const list = async (...all: GivenEngine[]) => await createEnginesProvider(all).list();

describe('existing engines become machines', () => {
  test('with their own hostname and the address that their cluster uses', async () => {
    const [machine] = await list(await serve());
    expect(machine).toMatchObject({ name: 'host-a', address: '10.0.0.1', state: 'Running' });
    const advertised = { ...info, Swarm: { NodeAddr: '' }, ClusterAdvertise: '10.0.0.7:2376' };
    expect(await list(await serve({ info: advertised }))).toMatchObject([{ address: '10.0.0.7' }]);
    const alone = { ...info, Swarm: null, ClusterAdvertise: null };
    expect(await list(await serve({ info: alone }))).toMatchObject([{ address: '127.0.0.1' }]);
  });

  test('or with the name and the address that the user gives', async () => {
    const named = { ...(await serve()), name: 'mine', address: '10.9.9.9' };
    expect(await list(named)).toMatchObject([{ name: 'mine', address: '10.9.9.9' }]);
  });

  test('or with their endpoint if two share a hostname', async () => {
    const other = { ...info, ID: 'B', Swarm: { NodeAddr: '10.0.0.2' } };
    const machines = await list(await serve(), await serve({ info: other }, '127.0.0.2'));
    expect(machines.map(({ name }) => name)).toEqual(['127.0.0.1', '127.0.0.2']);
    const near = await list(await serve(), await serve({ info: other }));
    expect(near.map(({ name }) => name)).toEqual([
      expect.stringMatching(/^127\.0\.0\.1:\d+$/),
      expect.stringMatching(/^127\.0\.0\.1:\d+$/),
    ]);
  });

  test('also if one does not answer: a defect of the cluster, not an error', async () => {
    const away = given(1, { name: 'gone' });
    expect(await list(await serve(), away)).toMatchObject([
      { name: 'host-a', state: 'Running' },
      { name: 'gone', state: 'Error', address: '127.0.0.1' },
    ]);
  });

  test('also if one accepts the connection and never answers', async () => {
    const silent = createServer(() => {});
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    onTestFinished(() => void silent.close());
    const { port } = silent.address() as AddressInfo;
    const provider = createEnginesProvider([given(port, { name: 'silent' })], { limit: 50 });
    expect(await provider.list()).toMatchObject([{ name: 'silent', state: 'Error' }]);
  });

  test('and two with the same ID at two addresses are two: a defect that is found later', async () => {
    const cloned = await serve({ info: { ...info, Swarm: { NodeAddr: '10.0.0.2' } } });
    expect(await list(await serve(), cloned)).toHaveLength(2);
  });

  test('but the same engine twice is rejected, also with two endpoints', async () => {
    await expect(list(await serve(), await serve())).rejects.toThrow(
      /^--engine tcp:.* and --engine tcp:.*: both are the same engine. Name each engine once\.$/,
    );
    await expect(list(given(1), given(1))).rejects.toThrow('both are the same engine');
  });

  test('and so are two with the same name', async () => {
    const named = (port: number) => given(port, { name: 'mine' });
    await expect(list(named(1), named(2))).rejects.toThrow(/: both have the name mine. Give one/);
    const called = await list({ ...(await serve()), name: 'other' }, given(1, { name: 'host-a' }));
    expect(called.map(({ name }) => name)).toEqual(['other', 'host-a']);
  });
});

describe('an engine that can never be checked is rejected', () => {
  test.each([
    [
      { version: { ...version, Version: '19.03.15' } },
      /is Docker 19\.03\.15, which is too old. .*20\.10/,
    ],
    [{ version: { ...version, Version: '1.13.1' } }, /is Docker 1\.13\.1, which is too old/],
    [
      { version: { ...version, Version: 'swarm/1.2.9' } },
      /manager of a classic Swarm. Give the endpoints of its/,
    ],
    [
      { version: { ...version, Components: [{ Name: 'Podman Engine' }] } },
      /the endpoint is Podman/,
    ],
    [{ version: { ...version, Os: 'windows' } }, /the engine runs windows containers/],
    [
      { version: '<html>' },
      /not a supported Docker Engine: the engine reports an invalid value. Give the/,
    ],
    [{ info: [] }, /not a supported Docker Engine: the engine reports an invalid value/],
    [{ status: 404 }, /not a supported Docker Engine: the response to \/version has status 404/],
    [
      { status: 500, version: 'sick' },
      /the response to \/version has status 500: sick. Read the log/,
    ],
    [
      { status: 400, version: 'Client sent an HTTP request to an HTTPS server.' },
      /requires TLS, and no certificates were given\. .*--tls-dir/,
    ],
  ])('%j', async (answers, expected) => {
    await expect(list(await serve(answers))).rejects.toThrow(expected);
  });

  test.each(['20.10.0', '26.1.5', '29.0.1-rc.1', 'dev'])('but not %s', async (Version) => {
    expect(await list(await serve({ version: { ...version, Version } }))).toHaveLength(1);
  });
});

describe('existing machines can only be inspected', () => {
  const provider = createEnginesProvider([given(1, { name: 'gone' })]);

  test.each<[string, () => unknown]>([
    ['create', async () => await provider.create({ name: 'gone' })],
    ['run a program in', async () => await provider.run('gone', ['true'])],
    ['start', async () => await provider.start('gone')],
    ['stop', async () => await provider.stop('gone')],
    ['kill', async () => await provider.kill('gone')],
    ['remove', async () => await provider.remove(['gone'])],
  ])('%s is rejected', async (verb, call) => {
    await expect(call()).rejects.toThrow(`${verb} gone: the machine is not managed by overlay-e2e`);
  });

  test('and nothing is cleaned up', async () => {
    expect(await provider.cleanUp()).toEqual([]);
  });

  test('the error for an unknown name lists the known ones', async () => {
    expect(await provider.inspect('gone')).toMatchObject({ name: 'gone' });
    await expect(provider.inspect('far')).rejects.toThrow('Choose one of gone');
  });
});
