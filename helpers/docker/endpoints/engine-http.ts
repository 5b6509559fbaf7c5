import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import {
  type ClientRequest,
  type IncomingMessage,
  request as requestHttp,
  type RequestOptions,
} from 'node:http';
import { request as requestHttps } from 'node:https';
import { basename } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { activity } from '../../process/activity.ts';
import { HarnessError } from '../../process/errors/harness-error.ts';
import { readBounded } from '../../process/files/read-bounded.ts';
import { done, notYet, waitFor } from '../../process/waits/wait-for.ts';
import { openAgent, readAccess } from './engine-agent.ts';
import type { EngineHost } from './endpoint.ts';
import type { EngineEndpoint } from './endpoint.ts';

// No more than a provider needs to hand a machine over: does its engine answer, and has it its images.

/** Waits until the engine answers over TLS, with the certificates that the machine's users have. */
export async function waitForEngine(machine: EngineHost, signal?: AbortSignal): Promise<void> {
  await waitFor(
    `machine ${machine.name}: engine answers at ${machine.url}`,
    async () => {
      const { status, body } = await ask(machine.endpoint, 'GET', '/_ping', {
        signal,
        limit: 5000,
      });
      return status === 200 ? done(undefined) : notYet(`${status} ${body}`);
    },
    { limit: 60_000, every: 100, signal, fatal: isCertificateError },
  );
}

/** Whether a connection failed because the certificates do not fit: no waiting mends that. */
export function isCertificateError(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return /^(ERR_TLS_CERT|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_SSL)/.test(code);
}

/** Sends an archive in docker save's format to the engine. */
export async function loadImages(
  machine: EngineHost,
  archive: string,
  signal?: AbortSignal,
): Promise<void> {
  const title = `machine ${machine.name}: load ${basename(archive)}`;
  await activity('transfer', title, async (report) => {
    report.input(archive);
    const { size } = await stat(archive).catch((cause: unknown) => {
      throw new HarnessError({
        code: 'file-unreadable',
        tried: title,
        observed: `${archive} cannot be read`,
        cause,
      });
    });
    const { status, body } = await ask(machine.endpoint, 'POST', '/images/load?quiet=1', {
      signal,
      upload: { file: archive, size, sent: (bytes) => report.progress(share(bytes, size)) },
    });
    report.output(body);
    // The engine has said 200 before it unpacks: what goes wrong then is in the stream.
    const failure = /"error":"((?:[^"\\]|\\.)*)"/.exec(body)?.[1];
    if (status === 200 && failure === undefined) return;
    throw new HarnessError({
      code: 'engine-refused',
      tried: title,
      observed: failure ?? `the engine said ${status}: ${body.trim()}`,
      remedy: 'give an archive that `docker save` wrote',
    });
  });
}

interface Question {
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds of silence that end the attempt. */
  readonly limit?: number;
  readonly upload?: { file: string; size: number; sent: (bytes: number) => void };
}

/** One request, on a connection of its own. */
export async function ask(
  endpoint: EngineEndpoint,
  method: string,
  path: string,
  question: Question,
): Promise<{ readonly status: number; readonly body: string }> {
  const { protocol, ...access } = await readAccess(endpoint);
  const agent = openAgent(endpoint);
  try {
    const request = protocol === 'https' ? requestHttps : requestHttp;
    return await send(
      request({ method, path, agent, ...access, ...optionsOf(question) }),
      question,
    );
  } finally {
    agent.destroy();
  }
}

function optionsOf({ signal, limit, upload }: Question): RequestOptions {
  return {
    ...(signal === undefined ? {} : { signal }),
    ...(limit === undefined ? {} : { timeout: limit }),
    ...(upload === undefined
      ? {}
      : { headers: { 'content-type': 'application/x-tar', 'content-length': upload.size } }),
  };
}

async function send(
  call: ClientRequest,
  { limit, upload }: Question,
): Promise<{ status: number; body: string }> {
  // Its agent's time is one after which a kept connection is dropped: no limit for an answer.
  if (limit !== undefined) {
    call.on('timeout', () => call.destroy(new Error(`silent for ${limit / 1000} s`)));
  }
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    call.once('response', resolve).once('error', reject);
  });
  if (upload === undefined) call.end();
  else {
    const file = createReadStream(upload.file, { highWaterMark: 1 << 20 });
    let sent = 0;
    file.on('data', (chunk) => upload.sent((sent += chunk.length)));
    // A refusal may come before all is sent: then the answer counts, not the broken pipe.
    await Promise.race([pipeline(file, call), answered]);
  }
  const response = await answered;
  return { status: response.statusCode ?? 0, body: (await readBounded(response)).toString('utf8') };
}

function share(bytes: number, size: number): string {
  return `${Math.round(bytes / 1e6)} of ${Math.round(size / 1e6)} MB`;
}
