import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { addAbortSignal, type Readable } from 'node:stream';
import type Docker from 'dockerode';
import { z } from 'zod';
import { HarnessError } from '../process/errors/harness-error.ts';
import { readBounded } from '../process/files/read-bounded.ts';
import type { CallOptions, Connection } from './connection.ts';
import type { Explain } from './explain-failure.ts';
import { omitUndefined } from '../process/omit-undefined.ts';

export interface ImageFacts {
  readonly id: string;
  /** Such as `docam/tomcat:latest`; empty for an image without a name. */
  readonly tags: readonly string[];
  /** In bytes. */
  readonly size: number;
  readonly labels: Readonly<Record<string, string>>;
}

/** The images of an engine. */
export interface Images {
  list(options?: CallOptions): Promise<ImageFacts[]>;
  has(reference: string, options?: CallOptions): Promise<boolean>;
  /** Like `docker load`, for an archive of `docker save`. Returns the names in the archive. */
  load(archive: string, options?: CallOptions): Promise<string[]>;
  /**
   * Like `docker import`: creates an image from the tar file of a root file system. `changes` are lines of a
   * Dockerfile.
   */
  import(
    rootFileSystem: string,
    reference: string,
    options?: CallOptions & { readonly changes?: readonly string[] },
  ): Promise<void>;
  /** Like `docker pull`. */
  pull(reference: string, options?: CallOptions): Promise<void>;
  /** Like `docker tag`. */
  tag(reference: string, newReference: string, options?: CallOptions): Promise<void>;
  remove(reference: string, options?: CallOptions): Promise<void>;
}

const imagesAnswer = z.array(
  z
    .object({
      Id: z.string(),
      RepoTags: z.array(z.string()).nullable(),
      Size: z.number(),
      Labels: z.record(z.string(), z.string()).nullish(),
    })
    .transform(
      ({ Id, RepoTags, Size, Labels }): ImageFacts => ({
        id: Id,
        tags: (RepoTags ?? []).filter((tag) => tag !== '<none>:<none>'),
        size: Size,
        labels: Labels ?? {},
      }),
    ),
);

export function openImages(connection: Connection): Images {
  const images: Images = {
    list: async (options) =>
      await connection.call({
        ...options,
        title: 'images',
        readOnly: true,
        answer: imagesAnswer,
        ask: (docker, abortSignal) => docker.listImages({ abortSignal }),
        print: (all) => all.map(({ id, tags }) => `${tags.join(', ')}  ${id}`).join('\n'),
      }),
    has: async (reference, options) => {
      const wanted = fullReference(reference);
      return (await images.list(options)).some(({ tags }) => tags.includes(wanted));
    },
    load: async (archive, options) => await loadImages(connection, archive, options),
    import: async (rootFileSystem, reference, { changes = [], ...options } = {}) => {
      const [repo, tag] = splitReference(reference);
      await sendArchive(connection, rootFileSystem, {
        ...options,
        title: `import ${rootFileSystem} ${reference}`,
        send: (docker, file, abortSignal) =>
          docker.importImage(file, { repo, tag, changes: [...changes], abortSignal }),
      });
    },
    pull: async (reference, options) =>
      await pullImage(connection, fullReference(reference), options),
    tag: async (reference, newReference, options) => {
      const [repo, tag] = splitReference(newReference);
      await connection.call({
        ...options,
        title: `tag ${reference} ${newReference}`,
        answer: z.unknown(),
        ask: (docker, abortSignal) => docker.getImage(reference).tag({ repo, tag, abortSignal }),
      });
    },
    remove: async (reference, options) => {
      await connection.call({
        ...options,
        title: `rmi ${reference}`,
        answer: z.unknown(),
        ask: (docker, abortSignal) => docker.getImage(reference).remove({ abortSignal }),
        explain: explainRemove,
      });
    },
  };
  return images;
}

async function loadImages(
  connection: Connection,
  archive: string,
  options: CallOptions = {},
): Promise<string[]> {
  const said = await sendArchive(connection, archive, {
    ...options,
    title: `load -i ${basename(archive)}`,
    line: `load -i ${archive}`,
    send: (docker, file, abortSignal) => docker.loadImage(file, { quiet: true, abortSignal }),
  });
  return [...said.matchAll(/^Loaded image(?: ID)?: (.+)$/gm)].map(([, name = '']) => name.trim());
}

async function pullImage(
  connection: Connection,
  reference: string,
  { limit = 900_000, ...options }: CallOptions = {},
): Promise<void> {
  const tried = `${connection.machine.name}: docker pull ${reference}`;
  await connection.call({
    ...options,
    kind: 'transfer',
    limit,
    title: `pull ${reference}`,
    answer: z.string(),
    ask: async (docker, abortSignal) => {
      const answer = await docker.pull(reference, { abortSignal });
      addAbortSignal(abortSignal, answer as Readable);
      return readMessages(
        (await readBounded(answer as Readable)).toString('utf8'),
        tried,
        PULL_REMEDY,
      );
    },
    explain: ({ message: said }) => ({
      code: 'download-failed',
      observed: said,
      hint: PULL_REMEDY,
    }),
  });
}

const explainRemove: Explain = ({ message: said }) => {
  if (/no such image/i.test(said)) return { code: 'image-unknown', observed: said };
  if (/conflict/i.test(said)) return { code: 'image-in-use', observed: said };
  return undefined;
};

const PULL_REMEDY =
  'check that the machine has access to the registry, or load the image from a tar file';

interface Sending extends CallOptions {
  readonly title: string;
  readonly line?: string;
  readonly send: (
    docker: Docker,
    file: NodeJS.ReadableStream,
    signal: AbortSignal,
  ) => Promise<NodeJS.ReadableStream>;
}

/** Sends a file, publishes a transfer with its progress, and returns the engine's messages. */
async function sendArchive(
  connection: Connection,
  file: string,
  { title, line, send, limit = 300_000, signal }: Sending,
): Promise<string> {
  const tried = `${connection.machine.name}: docker ${title}`;
  return await connection.call({
    kind: 'transfer',
    limit,
    signal,
    title,
    ...omitUndefined({ line }),
    answer: z.string(),
    ask: async (docker, abortSignal, report) => {
      const { size } = await stat(file).catch((cause: unknown) => {
        throw new HarnessError({
          code: 'file-unreadable',
          tried,
          observed: `file ${file} is unreadable`,
          cause,
        });
      });
      const source = createReadStream(file, { highWaterMark: 1024 * 1024 });
      let sent = 0;
      source.on('data', (chunk) => {
        sent += chunk.length;
        report.progress(`${megabytes(sent)} of ${megabytes(size)} MB`);
      });
      try {
        const answer = await send(docker, source, abortSignal);
        addAbortSignal(abortSignal, answer as Readable);
        return readMessages((await readBounded(answer as Readable)).toString('utf8'), tried);
      } finally {
        source.destroy();
      }
    },
    print: (said) => said,
  });
}

const message = z.object({
  stream: z.string().optional(),
  status: z.string().optional(),
  error: z.string().optional(),
});

/**
 * Parses the messages of an engine, which answers 200 immediately and reports failures only in one of the JSON lines
 * that follow.
 */
function readMessages(lines: string, tried: string, hint = SEND_REMEDY): string {
  const messages = lines
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => message.parse(JSON.parse(line)));
  const error = messages.find((one) => one.error !== undefined)?.error;
  if (error === undefined) return messages.map((one) => one.stream ?? one.status ?? '').join('\n');
  throw new HarnessError({ code: 'engine-refused', tried, observed: error, hint });
}

const SEND_REMEDY = 'check that the file is complete, and that the machine’s disk has space';

/** Adds the default tag: `docam/tomcat` means `docam/tomcat:latest`. */
function fullReference(reference: string): string {
  return splitReference(reference).join(':');
}

function splitReference(reference: string): [string, string] {
  const colon = reference.lastIndexOf(':');
  return colon > reference.lastIndexOf('/')
    ? [reference.slice(0, colon), reference.slice(colon + 1)]
    : [reference, 'latest'];
}

function megabytes(bytes: number): string {
  return (bytes / 1_000_000).toFixed(1);
}
