import { readFile, rename, writeFile } from 'node:fs/promises';
import { parseJson } from '../../process/text/parse-json.ts';

/**
 * Makes a history of runs readable for Allure, which must not prevent the report: Allure reads it line by line with Node's
 * readline, for which U+2028 and U+2029 also end a line, and a test's title may contain them. A truncated line, for example
 * from a full disk, is not JSON.
 *
 * @param file one JSON document per line and run
 * @returns the number of removed lines
 */
export async function makeHistoryReadable(file: string): Promise<number> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const whole = lines.filter((line) => parseJson(line) !== undefined);
  const readable = whole.map((line) => `${escapeSeparators(line)}\n`).join('');
  if (readable === text) return 0;
  const fresh = `${file}.${process.pid}`;
  await writeFile(fresh, readable);
  await rename(fresh, file);
  return lines.length - whole.length;
}

/** Returns the same JSON: outside strings, these characters do not occur. */
function escapeSeparators(json: string): string {
  return json.replaceAll('\u2028', String.raw`\u2028`).replaceAll('\u2029', String.raw`\u2029`);
}
