import { isAbsolute } from 'node:path';
import { InputError } from '../../process/errors/input-error.ts';
import type { EngineEndpoint, SshEndpoint } from './endpoint.ts';
import { tlsEndpoint } from './tls-folder.ts';

const forms = 'use the form tcp://HOST:2376, unix:///PATH or ssh://USER@HOST';

/**
 * Returns the endpoint for an address in the format of DOCKER_HOST: `tcp://`, `unix://`, `ssh://`.
 *
 * @param tlsFolder the folder with ca.pem, cert.pem and key.pem; without it, `tcp://` has no encryption
 */
export async function parseEngineUrl(text: string, tlsFolder?: string): Promise<EngineEndpoint> {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  switch (url?.protocol) {
    case 'unix:':
      return toSocket(text);
    case 'ssh:':
      return toSsh(text, url);
    case 'tcp:':
      return await toTcp(text, url, tlsFolder);
    default:
      throw wrong(text, explainScheme(text), suggestUrl(text) ?? forms);
  }
}

function explainScheme(text: string): string {
  if (/^(npipe|fd):/.test(text)) return 'only engines on Windows and systemd use this scheme';
  if (/^https?:/.test(text)) return 'a web address is not the address of an engine';
  return 'not the address of an engine';
}

/** Returns the likely address for a host or a path without a scheme. */
function suggestUrl(text: string): string | undefined {
  if (/^\/./.test(text)) return `Did you mean unix://${text}?`;
  if (/^[\w.-]+@[\w.-]+$/.test(text)) return `Did you mean ssh://${text}?`;
  const [, host, port = ':2376'] =
    /^([\w-]+(?:\.[\w-]+)+|\[[\da-fA-F:]+\])(:\d+)?$/.exec(text) ?? [];
  return host === undefined ? undefined : `Did you mean tcp://${host}${port}?`;
}

function toSocket(text: string): EngineEndpoint {
  // Used unchanged: a socket’s path may contain special characters of addresses.
  const path = text.slice('unix://'.length);
  if (text.startsWith('unix://') && isAbsolute(path)) return { kind: 'unix', path };
  throw wrong(text, 'not an absolute path', 'use the form unix:///var/run/docker.sock');
}

function toSsh(text: string, url: URL): SshEndpoint {
  const socket = decodeURIComponent(url.pathname);
  requireParts(text, url, ['pathname', 'username']);
  return {
    kind: 'ssh',
    host: bare(url.hostname),
    ...(url.username === '' ? {} : { user: decodeURIComponent(url.username) }),
    ...(url.port === '' ? {} : { port: Number(url.port) }),
    ...(/^\/*$/.test(socket) ? {} : { socket }),
  };
}

async function toTcp(text: string, url: URL, tlsFolder?: string): Promise<EngineEndpoint> {
  requireParts(text, url, []);
  const host = bare(url.hostname);
  if (tlsFolder === undefined) return { kind: 'plain', host, port: Number(url.port || 2375) };
  return await tlsEndpoint(host, Number(url.port || 2376), tlsFolder);
}

type Part = 'username' | 'pathname';

/** Throws if an address has no host, or has parts other than a host, a port and these. */
function requireParts(text: string, url: URL, allowed: readonly Part[]): void {
  if (url.hostname === '') throw wrong(text, 'no host', forms);
  const has: Readonly<Record<string, boolean>> = {
    'a password': url.password !== '',
    'a user': url.username !== '' && !allowed.includes('username'),
    'a path': url.pathname.length > 1 && !allowed.includes('pathname'),
    'a query': url.search !== '',
    'a fragment': url.hash !== '',
  };
  const [surplus] = Object.keys(has).filter((part) => has[part]);
  if (surplus !== undefined)
    throw wrong(text, `an address of this kind cannot have ${surplus}`, forms);
}

/** Returns a host name without the brackets of an IPv6 address in a URL. */
function bare(hostname: string): string {
  return hostname.replace(/^\[(.*)\]$/, '$1');
}

function wrong(text: string, observed: string, hint: string): InputError {
  return new InputError({ code: 'input-invalid', subject: `engine ${text}`, observed, hint });
}
