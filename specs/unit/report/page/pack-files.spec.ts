import { randomBytes } from 'node:crypto';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import {
  packFiles,
  readFiles,
  unpackInBrowser,
} from '../../../../helpers/report/page/pack-files.ts';
import { sizeWarning } from '../../../../helpers/report/run/report-size.ts';

/** Entries that gzip cannot compress, with the characters at which lists are cut. */
const entries = Array.from({ length: 400 }, (_, index) => {
  return { id: randomBytes(16).toString('hex'), name: `has },{ and ✔ $& in name ${index}` };
});
const json = (value: unknown) => Buffer.from(JSON.stringify(value));
const files = new Map([
  ['widgets/tree.json', json(entries)],
  ['widgets/seed/tree.json', json(entries.filter((_, index) => index % 3 > 0))],
  ['widgets/none/tree.json', json([])],
  ['data/attachments/a.bin', Buffer.from([0, 10, 255, 128, 10])],
  ['data/attachments/nothing.txt', Buffer.alloc(0)],
]);

test('packed files are the same after unpacking, in Node and in a browser', async () => {
  const page = `<body>${packFiles(files)}</body>`;
  expect(readFiles(page)).toEqual(new Map(files));
  const [, text] = /<script[^>]*>(.*)<\/script>/s.exec(page) ?? [];
  const document = { getElementById: () => ({ textContent: text }) };
  const globals = { Blob, DecompressionStream, Response, TextDecoder, Uint8Array, atob, document };
  const unpacked = (await runInNewContext(unpackInBrowser, {
    ...globals,
    window: globals,
  })) as ReadonlyMap<string, () => Uint8Array>;
  expect([...unpacked.keys()].toSorted()).toEqual([...files.keys()].toSorted());
  for (const [name, content] of files) {
    expect(Buffer.from(unpacked.get(name)?.() ?? []), name).toEqual(content);
  }
});

test('repeated entries of lists, and identical attachments, need almost no space', () => {
  const once = packFiles(new Map([...files].slice(0, 1))).length;
  const big = randomBytes(40_000);
  const attachments = [...Array(3).keys()].map(
    (index) => [`data/attachments/${index}`, big] as const,
  );
  expect(packFiles(files).length).toBeLessThan(once * 1.2);
  expect(packFiles(new Map(attachments)).length).toBeLessThan(40_000 * 1.5);
});

test('a browser without DecompressionStream gets no files', async () => {
  expect(await runInNewContext(unpackInBrowser, { window: {} })).toBeUndefined();
});

test('a page without files is reported', () => {
  expect(() => readFiles('<body></body>')).toThrow('read the report: it contains no data');
});

test('a report that is too large to send is reported with its size', () => {
  expect(sizeWarning(10_000_000)).toBeUndefined();
  expect(sizeWarning(12_340_000)).toContain('the report has 12.3 MB, more than the limit of 10.0');
});
