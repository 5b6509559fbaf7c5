import { createReadStream } from 'node:fs';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { z } from 'zod';
import { firstLine, HarnessError } from '../../process/errors/harness-error.ts';
import { InputError } from '../../process/errors/input-error.ts';
import { AnswerTooLarge, readBounded } from '../../process/files/read-bounded.ts';
import { parseJson } from '../../process/text/parse-json.ts';
import { readLeaves, word } from './leaves.ts';
import { observationSchema } from './observation-schema.ts';
import { describeIssue, unwritable } from './unwritable.ts';

/** Increased with each change that an older version cannot read. */
export const bundleVersion = 1;

const megabyte = 1024 * 1024;

/** Bytes of a bundle, and of the document that is compressed in it. */
export const bundleLimits = { compressed: 16 * megabyte, document: 64 * megabyte } as const;

const place = z.record(z.string(), z.string());

/** The document in a bundle. */
const document = z.object({
  format: z.literal('overlay-e2e support bundle'),
  version: z.literal(bundleVersion),
  /** The version of overlay-e2e that wrote it. */
  tool: word,
  /** ISO 8601, UTC. */
  startedAt: z.iso.datetime(),
  milliseconds: z.number().min(0),
  /** The kinds of data that were removed beyond secrets. */
  redacted: z.array(z.enum(['names'])).max(10),
  /** The findings of the version that wrote it, for readers without overlay-e2e. */
  findings: z.array(z.object({ code: z.string(), where: place, summary: z.string() })).max(100_000),
  observation: observationSchema(readLeaves),
});

export type BundleDocument = z.output<typeof document>;

/** The fields that distinguish a bundle of another version from a file of another kind. */
const header = z.object({ format: z.literal('overlay-e2e support bundle'), version: z.number() });

/** Returns the bytes of a bundle. Throws if they could not be read again: such a bundle would be worthless. */
export async function packBundle(content: BundleDocument): Promise<Buffer> {
  const { error } = document.safeParse(content);
  if (error !== undefined) throw unwritable(error);
  const text = JSON.stringify(content);
  const bytes = await promisify(gzip)(text);
  if (fits(bytes, text)) return bytes;
  throw new HarnessError({
    code: 'answer-invalid',
    tried: 'write a support bundle',
    observed: `it is larger than ${bundleLimits.compressed / megabyte} MB, or ${bundleLimits.document / megabyte} MB before compression`,
    hint: 'check fewer hosts at a time with --node, or fewer pairs with --max-pairs',
  });
}

function fits(bytes: Buffer, text: string): boolean {
  return (
    bytes.length <= bundleLimits.compressed && Buffer.byteLength(text) <= bundleLimits.document
  );
}

/**
 * Reads a bundle. It may come from anyone: its size is limited before and after it is decompressed, and each field is validated.
 *
 * @throws {InputError} in one line, if the file is not a complete bundle of this version
 */
export async function readBundle(file: string): Promise<BundleDocument> {
  const bytes = await readBounded(createReadStream(file), bundleLimits.compressed).catch(
    (cause: unknown) => {
      throw unreadable(
        file,
        cause instanceof AnswerTooLarge
          ? `it is larger than ${bundleLimits.compressed / megabyte} MB`
          : firstLine(cause),
        'name a file that "overlay-e2e check --bundle" wrote',
        cause,
      );
    },
  );
  return parseDocument(file, await decompress(file, bytes));
}

async function decompress(file: string, bytes: Buffer): Promise<string> {
  try {
    const maxOutputLength = bundleLimits.document;
    return (await promisify(gunzip)(bytes, { maxOutputLength })).toString('utf8');
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    throw unreadable(
      file,
      code === 'ERR_BUFFER_TOO_LARGE'
        ? `its content is larger than ${bundleLimits.document / megabyte} MB`
        : code === 'Z_BUF_ERROR'
          ? 'the file is incomplete'
          : 'the file is not compressed with gzip, or damaged',
      'copy the file again in binary mode',
      cause,
    );
  }
}

function parseDocument(file: string, text: string): BundleDocument {
  const json = parseJson(text);
  const { data: head } = header.safeParse(json);
  if (head === undefined) {
    const hint = 'name a file that "overlay-e2e check --bundle" wrote';
    throw unreadable(file, 'the file is not a support bundle', hint);
  }
  if (head.version !== bundleVersion) {
    throw unreadable(
      file,
      `its format has version ${head.version}, and this overlay-e2e reads version ${bundleVersion}`,
      'use the version of overlay-e2e that wrote it',
    );
  }
  const { data, error } = document.safeParse(json);
  if (data === undefined) throw unreadable(file, describeIssue(error), 'record the bundle again');
  return data;
}

function unreadable(file: string, observed: string, hint: string, cause?: unknown): InputError {
  return new InputError({ code: 'file-unreadable', subject: file, observed, hint, cause });
}
