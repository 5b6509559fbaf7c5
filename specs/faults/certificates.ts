import { createPrivateKey, sign, X509Certificate } from 'node:crypto';
import forge from 'node-forge';

/** A certificate authority whose key is known, so that certificates with any dates can be made. */
export interface Authority {
  readonly certificate: string;
  readonly key: string;
}

/** Creates an authority that is valid for ten years. */
export function createAuthority(): Authority {
  const { publicKey, privateKey } = forge.pki.rsa.generateKeyPair(2048);
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = publicKey;
  certificate.serialNumber = '01';
  certificate.validity.notBefore = new Date(Date.now() - 24 * 3_600_000);
  certificate.validity.notAfter = new Date(Date.now() + 3650 * 24 * 3_600_000);
  const name = [{ name: 'commonName', value: 'swarm-ca' }];
  certificate.setSubject(name);
  certificate.setIssuer(name);
  certificate.setExtensions([
    { name: 'basicConstraints', cA: true, critical: true },
    { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    { name: 'subjectKeyIdentifier' },
  ]);
  certificate.sign(privateKey, forge.md.sha256.create());
  return {
    certificate: forge.pki.certificateToPem(certificate),
    key: forge.pki.privateKeyInfoToPem(
      forge.pki.wrapRsaPrivateKey(forge.pki.privateKeyToAsn1(privateKey)),
    ),
  };
}

/** Returns the same certificate with another period, signed again by its authority. */
export function changeValidity(
  pem: string,
  { from, until }: { readonly from: Date; readonly until: Date },
  { key }: Authority,
): string {
  const { raw } = new X509Certificate(pem);
  const { asn1 } = forge;
  const certificate = asn1.fromDer(raw.toString('latin1'));
  const [body, algorithm] = partsOf(certificate);
  if (body === undefined || algorithm === undefined) throw new Error('not a certificate');
  const time = (date: Date) =>
    asn1.create(asn1.Class.UNIVERSAL, asn1.Type.UTCTIME, false, asn1.dateToUtcTime(date));
  // Version, serial number, algorithm, issuer, validity and others.
  const validity = partsOf(body)[4];
  if (validity === undefined) throw new Error('a certificate without validity');
  validity.value = [time(from), time(until)];
  const signed = Buffer.from(asn1.toDer(body).getBytes(), 'latin1');
  const signature = sign('sha256', signed, createPrivateKey(key)).toString('latin1');
  const { UNIVERSAL } = asn1.Class;
  const again = asn1.create(UNIVERSAL, asn1.Type.SEQUENCE, true, [
    body,
    algorithm,
    asn1.create(UNIVERSAL, asn1.Type.BITSTRING, false, `\0${signature}`),
  ]);
  return new X509Certificate(Buffer.from(asn1.toDer(again).getBytes(), 'latin1')).toString();
}

function partsOf({ value }: forge.asn1.Asn1): forge.asn1.Asn1[] {
  if (typeof value === 'string') throw new Error('no parts');
  return value;
}
