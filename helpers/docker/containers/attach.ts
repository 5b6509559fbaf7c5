import {
  addAbortSignal,
  type Duplex,
  PassThrough,
  type Readable,
  type Writable,
} from 'node:stream';
import type Docker from 'dockerode';
import { z } from 'zod';
import type { CallOptions, Connection } from '../connection.ts';
import { type Container, openContainer } from './container.ts';
import { attachedLine, type ContainerSpec, createRequest } from './container-spec.ts';
import { explainRun } from './explain-run.ts';
import { unlessStatus } from '../unless-status.ts';

/**
 * A container that runs as long as its caller needs it. If the caller closes its input or dies, the container ends, and
 * the engine removes it.
 */
export interface AttachedContainer {
  readonly container: Container;
  readonly stdin: Writable;
  /** Ends when the container has ended, or the connection to its engine is closed. */
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Closes its input, and waits until it is removed. Kills it after the limit (default: 10 s). */
  end(options?: CallOptions): Promise<void>;
}

/** `docker run -i --rm` */
export async function runAttached(
  connection: Connection,
  spec: ContainerSpec,
  options: CallOptions = {},
): Promise<AttachedContainer> {
  const called = spec.name ?? spec.image;
  return await connection.call({
    ...options,
    limit: options.limit ?? 60_000,
    title: `run -i --rm ${called}`,
    line: attachedLine(spec),
    answer: z.custom<AttachedContainer>(),
    ask: async (docker, abortSignal) => {
      const request = toBeAttached(spec);
      const created = await docker.createContainer({ ...request, abortSignal });
      let stream: Duplex | undefined;
      try {
        stream = await attach(created, abortSignal);
        addAbortSignal(connection.closed, stream);
        await created.start({ abortSignal });
        const container = openContainer(connection, created.id, called);
        return {
          container,
          ...partStreams(docker, stream),
          end: endOf(connection, created.id, called, stream),
        };
      } catch (error) {
        // An engine does not close the streams of a container that never ran.
        stream?.destroy();
        // A separate call, because this one may have been aborted.
        await openContainer(connection, created.id, called)
          .remove({ limit: 10_000 })
          .catch(() => undefined);
        throw error;
      }
    },
    print: ({ container }) => container.id,
    explain: explainRun(spec, connection.machine.name),
  });
}

function toBeAttached(spec: ContainerSpec) {
  const { HostConfig, ...request } = createRequest(spec);
  const streams = { AttachStdin: true, AttachStdout: true, AttachStderr: true };
  return {
    ...request,
    ...streams,
    OpenStdin: true,
    StdinOnce: true,
    HostConfig: { ...HostConfig, AutoRemove: true },
  };
}

async function attach(container: Docker.Container, signal: AbortSignal): Promise<Duplex> {
  const streams = { stdin: true, stdout: true, stderr: true };
  const stream = (await container.attach({ ...streams, stream: true, hijack: true })) as Duplex;
  if (!signal.aborted) return stream;
  stream.destroy();
  throw signal.reason;
}

function partStreams(docker: Docker, stream: Duplex) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const close = () => {
    stdout.end();
    stderr.end();
  };
  // A broken connection ends the streams, like the container's end.
  stream.on('error', close).on('end', close).on('close', close);
  docker.modem.demuxStream(stream, stdout, stderr);
  return { stdin: stream as Writable, stdout: stdout as Readable, stderr: stderr as Readable };
}

function endOf(connection: Connection, id: string, name: string, stream: Duplex) {
  return async ({ limit = 10_000, signal }: CallOptions = {}): Promise<void> => {
    const options = { limit, signal };
    try {
      await connection.call({
        ...options,
        title: `wait ${name}`,
        answer: z.unknown(),
        // Requested before the container ends, because it may be removed afterward.
        ask: async (docker, abortSignal) => {
          const removed = docker.getContainer(id).wait({ condition: 'removed', abortSignal });
          stream.end();
          return await removed.catch(unlessStatus(404));
        },
      });
    } catch {
      await openContainer(connection, id, name).remove(options);
    } finally {
      stream.destroy();
    }
  };
}
