import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { connect, type ConnectionOptions } from 'node:tls';
import { describe, expect, test as base } from 'vitest';
import { openRelay } from '../../../../helpers/docker/endpoints/relay.ts';
import { makePair, type PairOfCertificates } from '../../../../helpers/netns/state/certificates.ts';

/** An engine's socket that answers at the end of the input, and a relay to it. */
const test = base.extend<{
  relay: { readonly port: number; readonly pair: PairOfCertificates; readonly seen: string[] };
}>({
  // oxlint-disable-next-line eslint/no-empty-pattern -- Vitest reads from it what the fixture needs: nothing.
  relay: async ({}, use) => {
    const folder = mkdtempSync(join(tmpdir(), 'relay-'));
    const socket = join(folder, 'docker.sock');
    const seen: string[] = [];
    const engine = createServer({ allowHalfOpen: true }, (client) => {
      let input = '';
      client.setEncoding('utf8');
      client.on('data', (part: string) => {
        input += part;
      });
      client.on('end', () => {
        seen.push(input);
        client.end(`engine: ${input}`);
      });
    }).listen(socket);
    await once(engine, 'listening');
    const pair = await makePair(['127.0.0.1', '10.0.0.1']);
    const certificates = { authority: pair.authority, ...pair.server };
    const server = await openRelay(certificates, { port: 0, socket });
    await use({ port: (server.address() as AddressInfo).port, pair, seen });
    server.close();
    engine.close();
    rmSync(folder, { recursive: true });
  },
});

/** Sends a line, ends the input, and returns the answer; or the error of the connection. */
async function ask(port: number, options: ConnectionOptions): Promise<string> {
  const client = connect({ host: '127.0.0.1', port, ...options });
  client.end('GET /_ping');
  try {
    return await text(client);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? '';
  } finally {
    client.destroy();
  }
}

function optionsOf({ authority, client }: PairOfCertificates): ConnectionOptions {
  return { ca: authority, cert: client.certificate, key: client.key };
}

describe('A relay to the socket of an engine', () => {
  test('answers after the end of the input of its client', async ({ relay: { port, pair } }) => {
    expect(await ask(port, optionsOf(pair))).toBe('engine: GET /_ping');
  });

  test('has a certificate for each of its addresses, and for no other', async ({
    relay: { port, pair },
  }) => {
    const reach = async (servername: string) => {
      const { checkServerIdentity } = await import('node:tls');
      return await ask(port, {
        ...optionsOf(pair),
        checkServerIdentity: (_name, certificate) => checkServerIdentity(servername, certificate),
      });
    };
    expect(await reach('10.0.0.1')).toBe('engine: GET /_ping');
    expect(await reach('10.0.0.2')).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
  });

  test.for(['no certificate', 'the certificate of another check', 'its own certificate'] as const)(
    'refuses a client with %s, and tells the engine nothing',
    async (which, { relay: { port, pair, seen } }) => {
      const other = await makePair(['127.0.0.1']);
      const clients = {
        'no certificate': {},
        'the certificate of another check': {
          cert: other.client.certificate,
          key: other.client.key,
        },
        'its own certificate': { cert: pair.server.certificate, key: pair.server.key },
      };
      const answer = await ask(port, { ca: pair.authority, ...clients[which] });
      expect(answer).not.toContain('engine');
      expect(seen).toEqual([]);
      // It still serves its own client.
      expect(await ask(port, optionsOf(pair))).toBe('engine: GET /_ping');
    },
  );
});
