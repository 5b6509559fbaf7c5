import { spawn } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { z } from 'zod';
import { makeFrame } from '../../process/outside/frames.ts';
import { parseJson } from '../../process/text/parse-json.ts';
import { makeRelayFolder, removeStaleRelayFolders, SOCKET } from './relay-folder.ts';

const requests = z.object({
  file: z.string(),
  args: z.array(z.string()),
  cwd: z.string(),
  env: z.record(z.string(), z.string()),
});

/** A server that runs programs of this user outside of the namespaces, where they reach other networks. */
export interface Relay extends AsyncDisposable {
  /** The socket, in a folder that only this user can open. Machines do not see it. */
  readonly socket: string;
}

/** Starts the server for `process/outside/run-outside.ts`. */
export async function startRelay(): Promise<Relay> {
  await removeStaleRelayFolders();
  const folder = await makeRelayFolder();
  const socket = join(folder, SOCKET);
  const open = new Set<Socket>();
  const server = createServer((connection) => {
    open.add(connection);
    connection.once('close', () => open.delete(connection));
    serve(connection);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(socket, resolve);
  });
  return {
    socket,
    [Symbol.asyncDispose]: async () => {
      for (const connection of open) connection.destroy();
      server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The first line of a connection is the request; the answer is the program's output, as frames. */
function serve(connection: Socket): void {
  let text = '';
  const read = (chunk: Buffer): void => {
    text += chunk.toString();
    if (!text.endsWith('\n')) return;
    connection.off('data', read);
    run(connection, text);
  };
  connection.on('data', read);
  connection.on('error', () => connection.destroy());
}

/** Milliseconds for the rest of the output of a program that has ended. */
const REST = 10_000;

function run(connection: Socket, text: string): void {
  const request = requests.safeParse(parseJson(text));
  if (!request.success) {
    connection.destroy();
    return;
  }
  const { file, args, cwd, env } = request.data;
  const child = spawn(file, args, {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    // In a separate process group, which ends with the connection.
    detached: true,
  });
  const streams = [
    [child.stdout, 'output'],
    [child.stderr, 'errors'],
    [child.stdio[3] as Readable | null, 'status'],
  ] as const;
  for (const [stream, channel] of streams) {
    stream?.on('data', (chunk: Buffer) => connection.write(makeFrame(channel, chunk)));
  }
  const end = (code: number, message = ''): void => {
    if (message !== '') connection.write(makeFrame('errors', Buffer.from(`${message}\n`)));
    connection.end(makeFrame('exit', Buffer.from(`${code}`)));
  };
  child.once('error', (error) => end(127, error.message));
  child.once('close', (code, signal) =>
    end(code ?? 128, signal === null ? '' : `ended by ${signal}`),
  );
  // A stale process may hold its output open for ever.
  child.once('exit', () => {
    setTimeout(() => {
      for (const [stream] of streams) stream?.destroy();
    }, REST).unref();
  });
  connection.once('close', () => {
    if (child.pid === undefined || child.exitCode !== null) return;
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      // It has ended.
    }
  });
}
