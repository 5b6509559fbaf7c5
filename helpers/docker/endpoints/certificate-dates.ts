import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:tls';
import type { TlsEndpoint } from './endpoint.ts';

/** The certificates of a connection to an engine. */
export type CertificateOf = 'engine' | 'client' | 'authority';

/** Returns the times at which the certificates of an endpoint expire; a certificate that cannot be read is missing. */
export async function readCertificateDates(
  endpoint: TlsEndpoint,
  limit: number,
): Promise<ReadonlyMap<CertificateOf, Date>> {
  const [engine, client, authority] = await Promise.all([
    readPeer(endpoint, limit).catch(() => undefined),
    readFile(endpoint.certFile).then(expiryOf, () => undefined),
    readFile(endpoint.caFile).then(expiryOf, () => undefined),
  ]);
  const all = { engine, client, authority } as const;
  return new Map(
    Object.entries(all).flatMap(([of, date]) =>
      date === undefined ? [] : [[of as CertificateOf, date] as const],
    ),
  );
}

/** Returns the end of a PEM certificate's validity; undefined if it is invalid. */
export function expiryOf(pem: string | Buffer): Date | undefined {
  try {
    const date = new Date(new X509Certificate(pem).validTo);
    return Number.isNaN(date.getTime()) ? undefined : date;
  } catch {
    return undefined;
  }
}

/** Reads the certificate of an engine, valid or not, without a request. */
async function readPeer({ host, port }: TlsEndpoint, limit: number): Promise<Date | undefined> {
  return await new Promise((resolve, reject) => {
    // Nothing is sent: the date of a wrong certificate is of interest, too.
    const socket = connect({ host, port, timeout: limit, rejectUnauthorized: false }, () => {
      const peer = socket.getPeerX509Certificate();
      socket.destroy();
      resolve(peer === undefined ? undefined : expiryOf(peer.raw));
    });
    socket.on('timeout', () => socket.destroy(new Error('timed out')));
    socket.on('error', reject);
  });
}
