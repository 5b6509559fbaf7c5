import { gzipSync, gunzipSync } from 'node:zlib';
import { HarnessError } from '../../process/errors/harness-error.ts';

/** Files by name. */
export type Files = ReadonlyMap<string, Buffer>;

/** The header of packed files, in JSON on the first line; the content of the pieces follows. */
interface Header {
  /** The lengths of the pieces. */
  readonly pieces: readonly number[];
  /** Names of files, each with the pieces that it consists of: first and count, first and count, … */
  readonly files: readonly (readonly [name: string, runs: readonly number[]])[];
}

const scriptId = 'report-files';
const asPacked = new RegExp(`<script id="${scriptId}" type="text/plain">(.*?)</script>`, 's');

/**
 * Packs files into a script element of a page. The lists of Allure repeat the entries of each environment, and attachments
 * repeat each other, farther apart than the 32 kB that gzip looks back. So each piece is stored once.
 */
export function packFiles(files: Files): string {
  const pieces = new Map<string, number>();
  // Files of the same length are mostly similar, and gzip finds the similar parts if they are close to each other.
  const bySize = [...files].sort(([, one], [, other]) => one.length - other.length);
  const packed = bySize.map(([name, content]) => {
    const runs: number[] = [];
    for (const piece of piecesOf(name, content)) {
      const index = pieces.get(piece) ?? pieces.size;
      pieces.set(piece, index);
      const [first, count] = runs.slice(-2);
      if (first !== undefined && count !== undefined && first + count === index) {
        runs[runs.length - 1] = count + 1;
      } else {
        runs.push(index, 1);
      }
    }
    return [name, runs] as const;
  });
  const contents = [...pieces.keys()].map((piece) => Buffer.from(piece, 'latin1'));
  const header: Header = { pieces: contents.map(({ length }) => length), files: packed };
  const all = Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), ...contents]);
  const text = gzipSync(all, { level: 9 }).toString('base64');
  return `<script id="${scriptId}" type="text/plain">${text}</script>`;
}

/** Cuts a list into its entries; any other file is one piece. */
function piecesOf(name: string, content: Buffer): string[] {
  const text = content.toString('latin1');
  return name.startsWith('widgets/') ? text.split(/(?<=\},)/) : [text];
}

/** Reads the files of a page. */
export function readFiles(html: string): Files {
  const [, packed] = asPacked.exec(html) ?? [];
  if (packed === undefined) {
    throw new HarnessError({
      code: 'report-failed',
      tried: 'read the report',
      observed: 'it contains no data',
      hint: 'run npm test again',
    });
  }
  const bytes = gunzipSync(Buffer.from(packed, 'base64'));
  let at = bytes.indexOf('\n') + 1;
  const header = JSON.parse(bytes.toString('utf8', 0, at)) as Header;
  const pieces = header.pieces.map((length) => {
    at += length;
    return bytes.subarray(at - length, at);
  });
  return new Map(
    header.files.map(([name, runs]) => {
      const parts = runs.flatMap((first, index) =>
        index % 2 === 0 ? pieces.slice(first, first + (runs[index + 1] ?? 0)) : [],
      );
      return [name, Buffer.concat(parts)];
    }),
  );
}

/**
 * The browser's counterpart of {@link readFiles}: a JavaScript expression of a promise of a `Map` from names to functions
 * that return the bytes. Undefined in a browser without `DecompressionStream`.
 */
export const unpackInBrowser = `(async () => {
  if (!('DecompressionStream' in window)) return undefined;
  const text = document.getElementById('${scriptId}').textContent;
  const packed = Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  let at = bytes.indexOf(10) + 1;
  const { pieces, files } = JSON.parse(new TextDecoder().decode(bytes.subarray(0, at)));
  const starts = [at, ...pieces.map((length) => (at += length))];
  const read = (runs) => {
    const parts = [];
    for (let i = 0; i < runs.length; i += 2) {
      // Consecutive pieces are adjacent.
      parts.push(bytes.subarray(starts[runs[i]], starts[runs[i] + runs[i + 1]]));
    }
    const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let to = 0;
    for (const part of parts) {
      whole.set(part, to);
      to += part.length;
    }
    return whole;
  };
  return new Map(files.map(([name, runs]) => [name, () => read(runs)]));
})()`;
