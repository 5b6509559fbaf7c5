import { isAbsolute } from 'node:path';
import { InputError } from '../../process/errors/input-error.ts';
import type { EngineEndpoint, SshEndpoint } from './endpoint.ts';
import { tlsEndpoint } from './tls-folder.ts';

const forms = 'write tcp://HOST:2376, unix:///PATH or ssh://USER@HOST';

/**
 * The endpoint that an address stands for, as the docker client takes it in DOCKER_HOST: `tcp://`, `unix://`, `ssh://`.
 *
 * @param tlsFolder the folder with ca.pem, cert.pem and key.pem; without one, `tcp://` is TCP with nothing around it
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
  if (/^(npipe|fd):/.test(text))
    return 'such a way there is to engines of Windows and systemd only';
  if (/^https?:/.test(text)) return 'an engine is not named by a web address';
  return 'it is no address of an engine';
}

/** What a host or a path alone is meant for. */
function suggestUrl(text: string): string | undefined {
  if (/^\/./.test(text)) return `Did you mean unix://${text}?`;
  if (/^[\w.-]+@[\w.-]+$/.test(text)) return `Did you mean ssh://${text}?`;
  const [, host, port = ':2376'] =
    /^([\w-]+(?:\.[\w-]+)+|\[[\da-fA-F:]+\])(:\d+)?$/.exec(text) ?? [];
  return host === undefined ? undefined : `Did you mean tcp://${host}${port}?`;
}

function toSocket(text: string): EngineEndpoint {
  // Taken as it stands: a socket’s path may have in it what means something in an address.
  const path = text.slice('unix://'.length);
  if (text.startsWith('unix://') && isAbsolute(path)) return { kind: 'unix', path };
  throw wrong(text, 'it names no absolute path', 'write unix:///var/run/docker.sock');
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

/** Refuses an address without a host, and one with anything beyond a host, a port, and these parts. */
function requireParts(text: string, url: URL, allowed: readonly Part[]): void {
  if (url.hostname === '') throw wrong(text, 'it names no host', forms);
  const has: Readonly<Record<string, boolean>> = {
    'a password': url.password !== '',
    'a user': url.username !== '' && !allowed.includes('username'),
    'a path': url.pathname.length > 1 && !allowed.includes('pathname'),
    'a query': url.search !== '',
    'a fragment': url.hash !== '',
  };
  const [surplus] = Object.keys(has).filter((part) => has[part]);
  if (surplus !== undefined)
    throw wrong(text, `it has ${surplus}, which none of its kind has`, forms);
}

/** Without the brackets that an IPv6 address has in a URL. */
function bare(hostname: string): string {
  return hostname.replace(/^\[(.*)\]$/, '$1');
}

function wrong(text: string, observed: string, remedy: string): InputError {
  return new InputError({ code: 'input-invalid', subject: `engine ${text}`, observed, remedy });
}
