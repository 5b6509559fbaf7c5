import { join } from 'node:path';
import { HarnessError } from '../../process/errors/harness-error.ts';
import type { EngineHost } from './endpoint.ts';
import type { EngineEndpoint, TlsEndpoint } from './endpoint.ts';

/** Returns the endpoint and the certificates of a machine's engine, from the machine's folder. */
export function engineAccess(
  host: string,
  port: number,
  folder: string,
): Pick<EngineHost, 'url' | 'endpoint' | 'certificates'> {
  return {
    url: `tcp://${host}:${port}`,
    endpoint: {
      kind: 'tls',
      host,
      port,
      caFile: join(folder, 'ca.pem'),
      certFile: join(folder, 'cert.pem'),
      keyFile: join(folder, 'key.pem'),
    },
    certificates: folder,
  };
}

/** Returns the TLS endpoint of a machine that docker-machine or this program created. Throws for other endpoints. */
export function requireTls({ name, endpoint }: EngineHost): TlsEndpoint {
  if (endpoint.kind === 'tls') return endpoint;
  throw new HarnessError({
    code: 'certificate-wrong',
    tried: `machine ${name}: find its certificates`,
    observed: `its engine uses ${describeEndpoint(endpoint)}, without certificates`,
  });
}

/** Returns the address at which other members of a cluster reach the engine: `192.168.99.101:2376`. */
export function advertisedBy(machine: EngineHost): string {
  return `${machine.address}:${requireTls(machine).port}`;
}

/** Returns a short text for an endpoint: `192.168.99.101:2376`. */
export function describeEndpoint(endpoint: EngineEndpoint): string {
  switch (endpoint.kind) {
    case 'unix':
      return endpoint.path;
    case 'ssh': {
      const user = endpoint.user === undefined ? '' : `${endpoint.user}@`;
      const port = endpoint.port === undefined ? '' : `:${endpoint.port}`;
      return `ssh://${user}${endpoint.host}${port}`;
    }
    default:
      return `${endpoint.host.includes(':') ? `[${endpoint.host}]` : endpoint.host}:${endpoint.port}`;
  }
}
