import { readFile, rename, writeFile } from 'node:fs/promises';
import { parseJson } from '../../process/text/parse-json.ts';

/**
 * Makes a history of runs one that Allure can read, and which must not end the report: Allure reads it line by line with
 * Node's readline, for which U+2028 and U+2029 end a line, too, and a test's title may have them; and a line that was cut
 * off, on a full disk for example, is no JSON.
 *
 * @param file one JSON document a line, a line for each run
 * @returns how many lines were removed
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

/** The same JSON: outside of strings there are no such characters. */
function escapeSeparators(json: string): string {
  return json.replaceAll('\u2028', String.raw`\u2028`).replaceAll('\u2029', String.raw`\u2029`);
}
