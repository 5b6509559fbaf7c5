import { once } from 'node:events';
import { cp } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { join } from 'node:path';
import { findProgram } from '../../helpers/process/files/find-program.ts';
import { ensureAuthority } from '../../helpers/netns/state/certificates.ts';
import { openStore } from '../../helpers/netns/state/store.ts';
import type { ByHand } from './by-hand.ts';
import { omitUndefined } from '../../helpers/process/omit-undefined.ts';

interface WrongHost {
  readonly host: Readonly<Record<string, string>>;
  readonly line: RegExp;
}

/** Writes `wrong.json`, in which each host has another error. Returns the expected line for each. */
export async function writeWrongHosts(
  cluster: ByHand,
): Promise<AsyncDisposable & { readonly lines: readonly RegExp[] }> {
  const relay = await relayTo(cluster.web.address);
  const hosts = [
    ...(await nameTcp(cluster, relay.port)),
    ...(findProgram('ssh') === undefined ? [] : overSsh),
  ];
  const described = {
    hosts: hosts.map(({ host }, index) => ({ name: `wrong-${index}`, ...host })),
  };
  await cluster.write('wrong.json', JSON.stringify(described));
  const lines = hosts.map(
    ({ line }, index) => new RegExp(`^host wrong-${index} \\(.*?\\): ${line.source}`),
  );
  return { lines, [Symbol.asyncDispose]: relay.close };
}

async function nameTcp({ home }: ByHand, relayPort: number): Promise<WrongHost[]> {
  const other = openStore(join(home, 'other'));
  await ensureAuthority(other);
  const others = join(other.folder, 'certs');
  // The client's certificate is correct, but the engine is checked against another authority.
  const mixed = join(home, 'mixed');
  await cp(join(home, 'certs'), mixed, { recursive: true });
  await cp(join(others, 'ca.pem'), join(mixed, 'ca.pem'));
  // The reverse: the engine's authority is correct, but the client's certificate is from another one.
  const stranger = join(home, 'stranger');
  await cp(others, stranger, { recursive: true });
  await cp(join(home, 'certs/ca.pem'), join(stranger, 'ca.pem'));
  return [
    {
      host: at('10.0.0.1', mixed),
      line: /the engine at \S+ has a certificate of another authority/,
    },
    { host: at('10.0.0.1', stranger), line: /the engine at \S+ refuses the certificate of this/ },
    {
      host: at(`127.0.0.1:${relayPort}`, 'certs'),
      line: /the engine at \S+ has a certificate for another address/,
    },
    {
      host: at('10.0.0.1:2376'),
      line: /the engine requires TLS, and no certificates were given/,
    },
    {
      host: at('10.0.0.1:8080'),
      line: /not a supported Docker Engine: the response to \/version has status 404/,
    },
    { host: at('10.0.0.1:8080', 'certs'), line: /\S+:8080 does not speak TLS/ },
    { host: at('no-such-host.invalid'), line: /unknown host name in \S*no-such-host/ },
  ];
}

function at(endpoint: string, tlsFolder?: string): WrongHost['host'] {
  return { endpoint: `tcp://${endpoint}`, ...omitUndefined({ tlsFolder }) };
}

/** Host names in the user's ssh configuration, see by-hand.ts. */
const overSsh: readonly WrongHost[] = [
  {
    host: { endpoint: 'ssh://root@10.0.0.1' },
    line: /ssh \S+: it does not accept this user without a prompt/,
  },
  {
    host: { endpoint: 'ssh://changed' },
    line: /ssh changed: its host key has changed/,
  },
  {
    host: { endpoint: 'ssh://unknown' },
    line: /ssh unknown: its host key is unknown to ssh\. Log in/,
  },
];

/**
 * Opens a port on this computer that forwards to the engine. The engine's certificate does not include this address.
 */
async function relayTo(
  address: string,
): Promise<{ readonly port: number; readonly close: () => Promise<void> }> {
  const server = createServer((from) => {
    const to = connect(2376, address);
    from.pipe(to).pipe(from);
    from.on('error', () => to.destroy());
    to.on('error', () => from.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      server.close();
      await once(server, 'close');
    },
  };
}
