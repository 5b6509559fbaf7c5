import { gunzipSync, gzipSync } from 'node:zlib';
import { HarnessError } from '../../process/errors/harness-error.ts';

/** The data of the report's page: files by the names that Allure's scripts request. */
export type ReportData = ReadonlyMap<string, Buffer>;

/** The format in which Allure writes them into a single-file page. */
const asAllureWrites = /<script defer>\s*Promise\.allSettled\(\[(.*?)\]\)\s*\.then\(.*?<\/script>/s;
const packedAs = 'report-data';
const asPacked = new RegExp(`<script id="${packedAs}" type="text/plain">(.*?)</script>`, 's');

/** Removes the data from Allure's page; returns the page with a placeholder, and the data. */
export function takeData(html: string): { page: string; data: ReportData } {
  const [whole = '', entries = ''] = asAllureWrites.exec(html) ?? [];
  const data = new Map(
    [...entries.matchAll(/d\("([^"]*)","([^"]*)"\)/g)].map(([, name = '', value = '']) => [
      name,
      Buffer.from(value, 'base64'),
    ]),
  );
  if (data.size === 0) throw unreadable('its data is not in the format of Allure 3.18');
  return { page: html.replace(whole, () => `<!-- ${packedAs} -->`), data };
}

/**
 * Puts the data into the page, compressed: with the history of 30 runs it would be ten times as large, and a report should
 * be small enough to send. The browser unpacks it for Allure's scripts.
 */
export function putData(page: string, data: ReportData): string {
  // Files of the same length are mostly similar, and gzip only looks back 32 kB: this saves a fifth.
  const files = [...data].sort(([, one], [, other]) => one.length - other.length);
  const index = files.map(([name, content]) => [name, content.length]);
  const head = Buffer.from(`${JSON.stringify(index)}\n`);
  const content = Buffer.concat([head, ...files.map(([, bytes]) => bytes)]);
  const packed = gzipSync(content, { level: 9 }).toString('base64');
  const scripts = `<script id="${packedAs}" type="text/plain">${packed}</script>\n<script>${unpack}</script>`;
  return page.replace(`<!-- ${packedAs} -->`, () => scripts);
}

/** Reads the data of a report. */
export function readData(html: string): ReportData {
  const [, packed] = asPacked.exec(html) ?? [];
  if (packed === undefined) throw unreadable('it contains no data');
  const bytes = gunzipSync(Buffer.from(packed, 'base64'));
  const start = bytes.indexOf('\n') + 1;
  const index = JSON.parse(bytes.toString('utf8', 0, start)) as [string, number][];
  let at = start;
  return new Map(
    index.map(([name, length]) => {
      at += length;
      return [name, bytes.subarray(at - length, at)];
    }),
  );
}

/** Decodes a file only on request: most are never requested. */
const unpack = `
  (async () => {
    const text = document.getElementById('${packedAs}').textContent;
    if (!('DecompressionStream' in window)) {
      document.body.textContent = 'This browser is too old for this report. Use Chrome 80, Firefox 113, Safari 16.4 or newer.';
      return;
    }
    const packed = Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'));
    const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
    let at = bytes.indexOf(10) + 1;
    const index = JSON.parse(new TextDecoder().decode(bytes.subarray(0, at)));
    const encode = (part) => {
      let signs = '';
      for (let i = 0; i < part.length; i += 0x8000) signs += String.fromCharCode(...part.subarray(i, i + 0x8000));
      return btoa(signs);
    };
    for (const [name, length] of index) {
      const part = bytes.subarray(at, at + length);
      Object.defineProperty(window.allureReportData, name, { enumerable: true, get: () => encode(part) });
      at += length;
    }
    window.allureReportDataReady = true;
  })();
`;

function unreadable(observed: string): HarnessError {
  return new HarnessError({
    code: 'report-failed',
    tried: 'read the report page of Allure',
    observed,
    hint: 'install the version of @allurereport/core from package.json',
  });
}
