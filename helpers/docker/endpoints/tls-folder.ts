import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { firstLine } from '../../process/errors/harness-error.ts';
import { InputError } from '../../process/errors/input-error.ts';
import type { TlsEndpoint } from './endpoint.ts';

/**
 * Returns a mutual TLS endpoint with the files of a folder, after checking them: the errors of a handshake with wrong
 * files are hard to read, and vary between attempts.
 */
export async function tlsEndpoint(
  host: string,
  port: number,
  folder: string,
): Promise<TlsEndpoint> {
  const file = (name: string) => resolve(join(folder, name));
  const [caFile, certFile, keyFile] = [file('ca.pem'), file('cert.pem'), file('key.pem')];
  await readPem(folder, caFile, (pem) => new X509Certificate(pem));
  const certificate = await readPem(folder, certFile, (pem) => new X509Certificate(pem));
  const key = await readPem(folder, keyFile, (pem): KeyObject => createPrivateKey(pem));
  if (!certificate.checkPrivateKey(key)) {
    throw wrongFolder(folder, 'key.pem is not the key of cert.pem');
  }
  return { kind: 'tls', host, port, caFile, certFile, keyFile };
}

async function readPem<T>(folder: string, file: string, parse: (pem: Buffer) => T): Promise<T> {
  const pem = await readFile(file).catch((cause: unknown) => {
    throw wrongFolder(folder, firstLine(cause), cause);
  });
  try {
    return parse(pem);
  } catch (cause) {
    throw wrongFolder(folder, `${file} is unusable (${firstLine(cause)})`, cause);
  }
}

function wrongFolder(folder: string, observed: string, cause?: unknown): InputError {
  return new InputError({
    code: 'certificate-wrong',
    subject: `TLS folder ${folder}`,
    observed,
    hint: 'use a folder with ca.pem, cert.pem and key.pem, as in DOCKER_CERT_PATH of the docker client',
    cause,
  });
}
