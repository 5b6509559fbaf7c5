import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { firstLine, HarnessError } from '../../process/errors/harness-error.ts';
import { InputError } from '../../process/errors/input-error.ts';
import { parseJson } from '../../process/text/parse-json.ts';
import { suggestName } from '../../process/text/suggest-name.ts';
import { parseEngineUrl } from './engine-url.ts';
import type { EngineEndpoint } from './endpoint.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** An endpoint of the user, and the address that it was given with. */
export interface ContextEndpoint {
  readonly url: string;
  readonly endpoint: EngineEndpoint;
}

/** The format of docker/cli: cli/context/store, cli/context/docker. */
const contextMeta = z.object({
  Name: z.string(),
  Endpoints: z.object({
    docker: z.object({ Host: z.string().min(1), SkipTLSVerify: z.boolean().default(false) }),
  }),
});

/** Returns the endpoint of a Docker context: `default` is DOCKER_HOST, or else the socket of this host. */
export async function readContext(
  name: string,
  env: Environment = process.env,
): Promise<ContextEndpoint> {
  return name === 'default' ? await readDefault(env) : await readNamed(name, env);
}

async function readDefault(env: Environment): Promise<ContextEndpoint> {
  const url = env['DOCKER_HOST'] || 'unix:///var/run/docker.sock';
  const isVerified = (env['DOCKER_TLS_VERIFY'] ?? '') !== '';
  const folder = isVerified ? env['DOCKER_CERT_PATH'] || configFolder(env) : undefined;
  return { url, endpoint: await parseEngineUrl(url, folder) };
}

async function readNamed(name: string, env: Environment): Promise<ContextEndpoint> {
  const folder = join(configFolder(env), 'contexts');
  const id = createHash('sha256').update(name).digest('hex');
  const file = join(folder, 'meta', id, 'meta.json');
  const tried = `Docker context ${name}`;
  const text = await readFile(file, 'utf8').catch(async (cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'ENOENT') throw unreadable(tried, firstLine(cause), cause);
    const others = await contextNames(env);
    throw new InputError({
      code: 'name-unknown',
      observed: `unknown Docker context "${name}" in ${folder}`,
      hint: suggestName(name, others, 'contexts'),
    });
  });
  const meta = contextMeta.safeParse(parseJson(text));
  if (!meta.success) throw unreadable(tried, `${file} contains no Docker endpoint`, meta.error);
  const { Host: url, SkipTLSVerify } = meta.data.Endpoints.docker;
  const tls = join(folder, 'tls', id, 'docker');
  const endpoint = await parseEngineUrl(url, existsSync(tls) ? tls : undefined);
  const isUnverified = SkipTLSVerify && endpoint.kind === 'tls';
  return { url, endpoint: isUnverified ? { ...endpoint, anyCertificate: true } : endpoint };
}

/** Returns the names of the user's Docker contexts, `default` first. */
export async function contextNames(env: Environment = process.env): Promise<string[]> {
  const meta = join(configFolder(env), 'contexts', 'meta');
  const ids = await readdir(meta).catch(() => []);
  const texts = ids.map(
    async (id) => await readFile(join(meta, id, 'meta.json'), 'utf8').catch(() => ''),
  );
  const all = (await Promise.all(texts)).map((text) => contextMeta.safeParse(parseJson(text)));
  return ['default', ...all.flatMap(({ data }) => data?.Name ?? []).sort()];
}

const clientConfig = z.looseObject({ currentContext: z.string().min(1).optional() });

/** Returns the name of the context that Docker's client uses. */
export async function currentContext(env: Environment = process.env): Promise<string> {
  if (env['DOCKER_HOST']) return 'default';
  if (env['DOCKER_CONTEXT']) return env['DOCKER_CONTEXT'];
  const text = await readFile(join(configFolder(env), 'config.json'), 'utf8').catch(() => '');
  return clientConfig.safeParse(parseJson(text)).data?.currentContext ?? 'default';
}

/** Returns the folder of the configuration of Docker's client. */
export function configFolder(env: Environment): string {
  return env['DOCKER_CONFIG'] || join(env['HOME'] || homedir(), '.docker');
}

function unreadable(tried: string, observed: string, cause: unknown): HarnessError {
  const hint = 'run "docker context inspect" to see its content';
  return new HarnessError({ code: 'file-unreadable', tried, observed, hint, cause });
}
