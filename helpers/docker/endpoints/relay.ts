import { once } from 'node:events';
import { connect } from 'node:net';
import { createServer, type Server } from 'node:tls';
import { z } from 'zod';

/** Certificates of a relay. Only the client whose certificate that authority has signed may use it. */
export const relayCertificates = z.object({
  authority: z.string(),
  certificate: z.string(),
  key: z.string(),
});

/** More connections than a check opens to one engine. */
const MOST_CONNECTIONS = 100;

/** Makes the socket of an engine an endpoint with mutual TLS: it passes on each connection unchanged. */
export async function openRelay(
  { authority, certificate, key }: z.infer<typeof relayCertificates>,
  { port, socket }: { readonly port: number; readonly socket: string },
): Promise<Server> {
  const server = createServer(
    {
      ca: authority,
      cert: certificate,
      key,
      requestCert: true,
      rejectUnauthorized: true,
      minVersion: 'TLSv1.3',
      // An attached container sees the end of its input before its output ends.
      allowHalfOpen: true,
    },
    (client) => {
      const engine = connect({ path: socket, allowHalfOpen: true });
      client.on('error', () => engine.destroy()).on('close', () => engine.destroy());
      engine.on('error', () => client.destroy()).on('close', () => client.destroy());
      client.pipe(engine).pipe(client);
    },
  );
  server.maxConnections = MOST_CONNECTIONS;
  server.listen(port);
  await once(server, 'listening');
  return server;
}
