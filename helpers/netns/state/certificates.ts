import { generateKeyPair, sign } from 'node:crypto';
import { copyFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { asn1, pki } from 'node-forge';
import { withStoreLock } from './store-lock.ts';
import { certificatesFolder, machineFolder, type Store } from './store.ts';
import { makePrivateFolder, writeAtomically } from '../../process/files/write-atomically.ts';

const makeKeyPair = promisify(generateKeyPair);
const days = 1080;

/** The position of the public key among the fields of a certificate. */
const KEY_FIELD = 6;

interface KeyPair {
  readonly publicKey: string;
  readonly privateKey: string;
}

type Use = 'authority' | 'client' | 'server' | 'server and client';

interface Authority {
  readonly certificate: string;
  readonly key: string;
}

/** Creates the certificate authority and the client certificate of a state directory, if they do not exist. */
export async function ensureAuthority(store: Store): Promise<Authority> {
  const found = await readAuthority(store);
  if (found !== undefined) return found;
  const keys = Promise.all([makeUserKeys(), makeUserKeys()]);
  keys.catch(() => undefined);
  // The folder is the lock, so it must exist.
  await makePrivateFolder(store.folder);
  return await withStoreLock(
    store,
    async () => (await readAuthority(store)) ?? (await makeAuthority(store, await keys)),
  );
}

/**
 * Creates a machine's server certificate for these addresses and names, and copies the client certificate into the same
 * folder.
 *
 * @param isSwarmManager if true, the certificate is a client certificate too: a manager of classic Swarm presents it to
 * the engines. Other machines must not have one, because their keys would give access to the other engines.
 */
export async function makeMachineCertificates(
  store: Store,
  name: string,
  subjects: readonly string[],
  isSwarmManager: boolean,
): Promise<void> {
  const serverKeys = makeServerKeys();
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

/** The certificates of a server and of its only client, in the PEM format. The key of their authority is forgotten. */
export interface PairOfCertificates {
  readonly authority: string;
  readonly server: { readonly certificate: string; readonly key: string };
  readonly client: { readonly certificate: string; readonly key: string };
}

/** Creates certificates that no other server or client has, for a server with these addresses. */
export async function makePair(subjects: readonly string[]): Promise<PairOfCertificates> {
  const [own, server, client] = await Promise.all([
    makeUserKeys(),
    makeServerKeys(),
    makeServerKeys(),
  ]);
  const key = own.privateKey;
  const name = organization('overlay-e2e');
  const certificate = await signCertificate(
    own.publicKey,
    name,
    { certificate: undefined, key },
    { subjects: [], use: 'authority' },
  );
  const authority = { certificate, key };
  return {
    authority: certificate,
    server: {
      certificate: await signCertificate(
        server.publicKey,
        organization('overlay-e2e.server'),
        authority,
        {
          subjects,
          use: 'server',
        },
      ),
      key: server.privateKey,
    },
    client: {
      certificate: await signCertificate(
        client.publicKey,
        organization('overlay-e2e.client'),
        authority,
        {
          subjects: [],
          use: 'client',
        },
      ),
      key: client.privateKey,
    },
  };
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

/** Returns RSA keys, as docker-machine's: the user's programs read them, and may support no others. */
async function makeUserKeys(): Promise<KeyPair> {
  return await makeKeyPair('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  });
}

/**
 * Returns the keys of an engine, on an elliptic curve: creating RSA keys takes more processor time than all other files
 * of a machine, and the engine signs with its key in each connection.
 */
async function makeServerKeys(): Promise<KeyPair> {
  return await makeKeyPair('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'sec1', format: 'pem' },
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
  // Loaded only to create certificates: most commands create none.
  const { default: forge } = await import('node-forge');
  const certificate = forge.pki.createCertificate();
  const issuer =
    authority.certificate === undefined
      ? undefined
      : forge.pki.certificateFromPem(authority.certificate);
  // forge knows no elliptic keys: it gets the issuer's key, which is replaced before the signature.
  certificate.publicKey = issuer?.publicKey ?? forge.pki.publicKeyFromPem(publicKey);
  // Go rejects serial numbers that are negative or have superfluous leading zeros.
  certificate.serialNumber = `40${forge.util.bytesToHex(forge.random.getBytesSync(15))}`;
  // A client whose clock is slow must accept a new certificate; docker-machine subtracts the same time.
  certificate.validity.notBefore = new Date(Date.now() - 5 * 60_000);
  certificate.validity.notAfter = new Date(Date.now() + days * 24 * 3_600_000);
  certificate.setSubject(subject);
  certificate.setIssuer(issuer?.subject.attributes ?? subject);
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
  // forge signs in JavaScript, which is many times slower than Node.
  const native: Pick<pki.rsa.PrivateKey, 'sign'> = {
    sign: () => {
      const fields = certificate.tbsCertificate.value as asn1.Asn1[];
      fields[KEY_FIELD] = forge.asn1.fromDer(forge.pem.decode(publicKey)[0]?.body ?? '');
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
