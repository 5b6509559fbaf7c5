import { generateKeyPair, sign } from 'node:crypto';
import { copyFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { pki } from 'node-forge';
import { withStoreLock } from './store-lock.ts';
import { certificatesFolder, machineFolder, type Store } from './store.ts';
import { makePrivateFolder, writeAtomically } from '../../process/files/write-atomically.ts';

const makeKeyPair = promisify(generateKeyPair);
const days = 1080;

interface KeyPair {
  readonly publicKey: string;
  readonly privateKey: string;
}

type Use = 'authority' | 'client' | 'server' | 'server and client';

interface Authority {
  readonly certificate: string;
  readonly key: string;
}

/** Makes sure that the store has its certificate authority and its client's certificate. */
export async function ensureAuthority(store: Store): Promise<Authority> {
  const found = await readAuthority(store);
  if (found !== undefined) return found;
  const keys = Promise.all([makeKeys(), makeKeys()]);
  keys.catch(() => undefined);
  // The lock is on the store's folder.
  await makePrivateFolder(store.folder);
  return await withStoreLock(
    store,
    async () => (await readAuthority(store)) ?? (await makeAuthority(store, await keys)),
  );
}

/**
 * Makes a machine's server certificate, for these addresses and names, and copies the client's beside it.
 *
 * @param isSwarmManager a manager of classic Swarm shows the same certificate to the engines, as their client; any other
 *   machine's is no client's: its key must not open the engines of the others
 */
export async function makeMachineCertificates(
  store: Store,
  name: string,
  subjects: readonly string[],
  isSwarmManager: boolean,
): Promise<void> {
  const serverKeys = makeKeys();
  const [authority, keys] = await Promise.all([ensureAuthority(store), serverKeys]);
  const folder = machineFolder(store, name);
  const server = await signCertificate(keys.publicKey, organization(name), authority, {
    subjects,
    use: isSwarmManager ? 'server and client' : 'server',
  });
  await writeAtomically(join(folder, 'server-key.pem'), keys.privateKey);
  await writeAtomically(join(folder, 'server.pem'), server, 0o644);
  for (const file of ['ca.pem', 'cert.pem', 'key.pem']) {
    await copyFile(join(certificatesFolder(store), file), join(folder, file));
  }
}

async function readAuthority(store: Store): Promise<Authority | undefined> {
  const folder = certificatesFolder(store);
  try {
    // cert.pem is written last.
    const [certificate, key] = await Promise.all(
      ['ca.pem', 'ca-key.pem', 'key.pem', 'cert.pem'].map((file) =>
        readFile(join(folder, file), 'utf8'),
      ),
    );
    return { certificate: certificate ?? '', key: key ?? '' };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function makeAuthority(
  store: Store,
  [authorityKeys, clientKeys]: readonly [KeyPair, KeyPair],
): Promise<Authority> {
  const folder = certificatesFolder(store);
  await makePrivateFolder(folder);
  const key = authorityKeys.privateKey;
  const certificate = await signCertificate(
    authorityKeys.publicKey,
    organization('overlay-e2e'),
    { certificate: undefined, key },
    { subjects: [], use: 'authority' },
  );
  const authority = { certificate, key };
  const client = await signCertificate(
    clientKeys.publicKey,
    organization('overlay-e2e.client'),
    authority,
    { subjects: [], use: 'client' },
  );
  await writeAtomically(join(folder, 'ca-key.pem'), key);
  await writeAtomically(join(folder, 'ca.pem'), certificate, 0o644);
  await writeAtomically(join(folder, 'key.pem'), clientKeys.privateKey);
  await writeAtomically(join(folder, 'cert.pem'), client, 0o644);
  return authority;
}

async function makeKeys(): Promise<KeyPair> {
  return await makeKeyPair('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  });
}

function organization(name: string) {
  return [{ name: 'organizationName', value: name }];
}

async function signCertificate(
  publicKey: string,
  subject: { name: string; value: string }[],
  authority: { certificate: string | undefined; key: string },
  { subjects, use }: { readonly subjects: readonly string[]; readonly use: Use },
): Promise<string> {
  // Loaded only where certificates are made: most commands make none.
  const { default: forge } = await import('node-forge');
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = forge.pki.publicKeyFromPem(publicKey);
  // Go refuses a number that begins with a zero too many, or is negative.
  certificate.serialNumber = `40${forge.util.bytesToHex(forge.random.getBytesSync(15))}`;
  // A clock that is somewhat behind must not refuse a fresh certificate; docker-machine does the same.
  certificate.validity.notBefore = new Date(Date.now() - 5 * 60_000);
  certificate.validity.notAfter = new Date(Date.now() + days * 24 * 3_600_000);
  certificate.setSubject(subject);
  certificate.setIssuer(
    authority.certificate === undefined
      ? subject
      : forge.pki.certificateFromPem(authority.certificate).subject.attributes,
  );
  certificate.setExtensions([
    { name: 'basicConstraints', critical: true, cA: use === 'authority' },
    use === 'authority'
      ? {
          name: 'keyUsage',
          critical: true,
          digitalSignature: true,
          keyEncipherment: true,
          keyAgreement: true,
          keyCertSign: true,
        }
      : {
          name: 'keyUsage',
          critical: true,
          digitalSignature: true,
          keyEncipherment: true,
          keyAgreement: true,
        },
    ...(use === 'authority'
      ? []
      : [{ name: 'extKeyUsage', clientAuth: use !== 'server', serverAuth: use !== 'client' }]),
    ...(subjects.length === 0
      ? []
      : [{ name: 'subjectAltName', altNames: subjects.map(alternativeName) }]),
  ]);
  // forge itself signs in JavaScript, many times as slowly as Node does.
  const native: Pick<pki.rsa.PrivateKey, 'sign'> = {
    sign: () => {
      const signed = forge.asn1.toDer(certificate.tbsCertificate).getBytes();
      return sign('sha256', Buffer.from(signed, 'latin1'), authority.key).toString('latin1');
    },
  };
  certificate.sign(native as pki.rsa.PrivateKey, forge.md.sha256.create());
  return forge.pki.certificateToPem(certificate).replaceAll('\r\n', '\n');
}

function alternativeName(subject: string): { type: number; value?: string; ip?: string } {
  return /^(?:\d+\.){3}\d+$|:/.test(subject)
    ? { type: 7, ip: subject }
    : { type: 2, value: subject };
}
