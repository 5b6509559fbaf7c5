import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  currentContext,
  readContext,
} from '../../../../helpers/docker/endpoints/docker-contexts.ts';
import { parseEngineUrl } from '../../../../helpers/docker/endpoints/engine-url.ts';
import { ensureAuthority } from '../../../../helpers/netns/state/certificates.ts';
import { openStore } from '../../../../helpers/netns/state/store.ts';

let folder: string;
let config: string;
/** A folder with a matching ca.pem, cert.pem and key.pem. */
let tls: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'overlay-e2e-contexts-'));
  config = join(folder, 'config');
  const store = openStore(join(folder, 'store'));
  await ensureAuthority(store);
  tls = join(store.folder, 'certs');
  keep('near', { Host: 'unix:///run/near.sock' });
  keep('far', { Host: 'tcp://far.example:2376', SkipTLSVerify: false }, tls);
  keep('unverified', { Host: 'tcp://far.example:2376', SkipTLSVerify: true }, tls);
  keep('open', { Host: 'tcp://far.example:2375' });
  keep('hopper', { Host: 'ssh://me@hop' });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Stores a context in the format of `docker context create`. */
function keep(name: string, docker: object, certificates?: string): void {
  const id = createHash('sha256').update(name).digest('hex');
  const meta = join(config, 'contexts', 'meta', id);
  mkdirSync(meta, { recursive: true });
  const content = { Name: name, Metadata: { Description: '' }, Endpoints: { docker } };
  writeFileSync(join(meta, 'meta.json'), JSON.stringify(content));
  if (certificates === undefined) return;
  cpSync(certificates, join(config, 'contexts', 'tls', id, 'docker'), { recursive: true });
}

const read = async (name: string, env: Record<string, string> = {}) =>
  await readContext(name, { DOCKER_CONFIG: config, ...env });

describe('a context leads to the same engine as with the docker client', () => {
  test('over a socket, over ssh, and over TCP without encryption', async () => {
    expect(await read('near')).toEqual({
      url: 'unix:///run/near.sock',
      endpoint: { kind: 'unix', path: '/run/near.sock' },
    });
    expect((await read('hopper')).endpoint).toEqual({ kind: 'ssh', host: 'hop', user: 'me' });
    expect((await read('open')).endpoint).toMatchObject({ kind: 'plain', port: 2375 });
  });

  test('with the certificates in the context', async () => {
    const { endpoint } = await read('far');
    expect(endpoint).toMatchObject({ kind: 'tls', host: 'far.example', port: 2376 });
    expect(endpoint).not.toHaveProperty('anyCertificate');
    expect(endpoint).toHaveProperty('caFile', expect.stringContaining(join(config, 'contexts')));
    expect((await read('unverified')).endpoint).toHaveProperty('anyCertificate', true);
  });

  test('and "default" is DOCKER_HOST, or else this host’s socket', async () => {
    expect((await read('default')).endpoint).toEqual({
      kind: 'unix',
      path: '/var/run/docker.sock',
    });
    const env = { DOCKER_HOST: 'tcp://far.example:2376' };
    expect((await read('default', env)).endpoint).toMatchObject({ kind: 'plain' });
    const verified = { ...env, DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: tls };
    expect((await read('default', verified)).endpoint).toMatchObject({
      kind: 'tls',
      keyFile: join(tls, 'key.pem'),
    });
  });

  test('and an unknown one is an error with the known ones', async () => {
    await expect(read('fra')).rejects.toThrow(
      /^unknown Docker context "fra" in .*\. Did you mean "far"\?$/,
    );
    await expect(read('../far')).rejects.toThrow('unknown Docker context "../far"');
  });

  test('and one without an engine is an error', async () => {
    keep('kubernetes', undefined as unknown as object);
    await expect(read('kubernetes')).rejects.toThrow(
      /meta\.json contains no Docker endpoint\. Run/,
    );
  });
});

describe('a TLS folder is checked before a connection', () => {
  const url = 'tcp://far.example';

  test('it needs all three files', async () => {
    const lacking = join(folder, 'lacking');
    cpSync(tls, lacking, { recursive: true });
    rmSync(join(lacking, 'cert.pem'));
    await expect(parseEngineUrl(url, lacking)).rejects.toThrow(
      /^TLS folder .*lacking: no such file or directory \(.*cert\.pem\)\. Use a folder with ca\.pem, cert\.pem and key\.pem/,
    );
  });

  test('a file must contain the type of data in its name', async () => {
    const swapped = join(folder, 'swapped');
    cpSync(tls, swapped, { recursive: true });
    cpSync(join(tls, 'key.pem'), join(swapped, 'ca.pem'));
    await expect(parseEngineUrl(url, swapped)).rejects.toThrow(/ca\.pem is unusable \(/);
  });

  test('the key must match the certificate', async () => {
    const mixed = join(folder, 'mixed');
    cpSync(tls, mixed, { recursive: true });
    cpSync(join(tls, 'ca-key.pem'), join(mixed, 'key.pem'));
    await expect(parseEngineUrl(url, mixed)).rejects.toThrow('key.pem is not the key of cert.pem');
  });
});

test("the current context comes from DOCKER_HOST, DOCKER_CONTEXT or the client's configuration", async () => {
  const current = async (env: Record<string, string> = {}) =>
    await currentContext({ DOCKER_CONFIG: config, ...env });
  expect(await current()).toBe('default');
  writeFileSync(join(config, 'config.json'), JSON.stringify({ currentContext: 'far', auths: {} }));
  expect(await current()).toBe('far');
  expect(await current({ DOCKER_CONTEXT: 'near' })).toBe('near');
  expect(await current({ DOCKER_CONTEXT: 'near', DOCKER_HOST: 'tcp://other' })).toBe('default');
  writeFileSync(join(config, 'config.json'), '{"currentContext": 7');
  expect(await current()).toBe('default');
});
