import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import {
  checkConnection,
  queryVersion,
} from '../../../../helpers/cli/netns-machine/engine-connection.ts';
import { openConnection } from '../../../../helpers/docker/connection.ts';
import { readVersion } from '../../../../helpers/docker/info.ts';
import { tryWithoutCertificate } from '../../../machine/try-without-certificate.ts';
import { pingEngine } from '../../../../helpers/docker/endpoints/ping-engine.ts';
import type { Machine } from '../../../../helpers/machine/machine.ts';
import type { TlsEndpoint } from '../../../../helpers/docker/endpoints/endpoint.ts';
import { makeMachineCertificates } from '../../../../helpers/netns/state/certificates.ts';
import { makeConfig } from '../../../../helpers/netns/state/machine-config.ts';
import { machineFolder, openStore } from '../../../../helpers/netns/state/store.ts';
import { makePrivateFolder } from '../../../../helpers/process/files/write-atomically.ts';

const folder = mkdtempSync(join(tmpdir(), 'overlay-e2e-tls-'));
const ours = openStore(join(folder, 'ours'));
const theirs = openStore(join(folder, 'theirs'));
/** An impostor: its certificate has the right address, but another authority signed it. */
const server = createServer();
let endpoint: TlsEndpoint;

beforeAll(async () => {
  for (const store of [ours, theirs]) {
    await makePrivateFolder(machineFolder(store, 'm1'));
    await makeMachineCertificates(store, 'm1', ['127.0.0.1'], false);
  }
  const impostor = machineFolder(theirs, 'm1');
  server.setSecureContext({
    cert: readFileSync(join(impostor, 'server.pem')),
    key: readFileSync(join(impostor, 'server-key.pem')),
  });
  server.on('request', (_, response) => response.end('{}'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = machineFolder(ours, 'm1');
  endpoint = {
    kind: 'tls',
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
    caFile: join(client, 'ca.pem'),
    certFile: join(client, 'cert.pem'),
    keyFile: join(client, 'key.pem'),
  };
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
  rmSync(folder, { recursive: true });
  vi.unstubAllEnvs();
});

const machine = () => ({ name: 'm1', endpoint }) as unknown as Machine;
const url = () => `tcp://127.0.0.1:${endpoint.port}`;

describe('no environment variable disables the check of certificates', () => {
  const config = makeConfig(ours, {
    name: 'm1',
    address: '127.0.0.1',
    mac: '',
    engine: '',
    memory: 0,
    cpus: 0,
    egress: false,
    tlsSans: [],
    engineOptions: { ArbitraryFlags: [], Labels: [] },
    swarmOptions: {},
  });
  const ways: Record<string, () => Promise<unknown>> = {
    'a ping': async () => await pingEngine(endpoint),
    'the Docker client': async () => {
      const connection = openConnection(machine());
      return await readVersion(connection, { quiet: true }).finally(() => connection.close());
    },
    'a request without a certificate': async () => await tryWithoutCertificate(machine()),
    'netns-machine ls': async () => await queryVersion(url(), config),
    'netns-machine env': async () => await checkConnection(url(), config, 5000),
  };
  test.each(Object.keys(ways))('%s rejects an impostor', async (way) => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    await expect(ways[way]?.()).rejects.toThrow(/certificate|authority|signature/i);
  });

  test('a context with SkipTLSVerify accepts any certificate', async () => {
    const answer = await pingEngine({ ...endpoint, anyCertificate: true });
    expect(answer).toMatchObject({ status: 200, body: '{}' });
  });

  test('every file that opens TLS connections sets the check of certificates', () => {
    const files = globSync('helpers/**/*.ts').filter((file) =>
      /from 'node:(?:https|tls)'/.test(readFileSync(file, 'utf8')),
    );
    const silent = files.filter((file) => {
      const text = readFileSync(file, 'utf8');
      // Requests over an open transport use its agent, which sets the check.
      return !text.includes('rejectUnauthorized') && !text.includes('agent }: Transport');
    });
    expect(files.length).toBeGreaterThan(3);
    expect(silent).toEqual([]);
  });
});

test.each([
  ['a machine', false, ['1.3.6.1.5.5.7.3.1']],
  ['a manager of classic Swarm', true, ['1.3.6.1.5.5.7.3.2', '1.3.6.1.5.5.7.3.1']],
] as const)('the certificate of %s is valid for its purpose', async (_, isManager, uses) => {
  await makeMachineCertificates(ours, 'm1', ['127.0.0.1'], isManager);
  const file = join(machineFolder(ours, 'm1'), 'server.pem');
  expect(new Set(new X509Certificate(readFileSync(file)).keyUsage)).toEqual(new Set(uses));
});
