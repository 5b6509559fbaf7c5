import { join } from 'node:path';
import type { Machine } from './machine.ts';

/** How to reach a machine's engine with the certificates that docker-machine, and we, keep in the machine's folder. */
export function engineAccess(
  host: string,
  port: number,
  folder: string,
): Pick<Machine, 'url' | 'endpoint' | 'certificates'> {
  return {
    url: `tcp://${host}:${port}`,
    endpoint: {
      host,
      port,
      caFile: join(folder, 'ca.pem'),
      certFile: join(folder, 'cert.pem'),
      keyFile: join(folder, 'key.pem'),
    },
    certificates: folder,
  };
}
