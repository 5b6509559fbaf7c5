import { appendFile, stat } from 'node:fs/promises';
import { readVariable } from '../../process/environment.ts';

/** Bytes of a job summary. GitHub shows nothing of a longer one. */
const summaryLimit = 1024 * 1024;

const cut = '\n\n*This summary is incomplete: GitHub limits it to 1 MiB.*\n';

/**
 * Appends sections of Markdown to the summary of the running job of GitHub Actions. Elsewhere it does nothing. Sections for
 * which the summary has no room are left out.
 *
 * @returns the problem if the summary could not be written
 */
export async function appendJobSummary(sections: readonly string[]): Promise<unknown> {
  const file = readVariable('GITHUB_STEP_SUMMARY');
  if (file === undefined) return undefined;
  try {
    const size = await stat(file).then(
      (one) => one.size,
      () => 0,
    );
    await appendFile(file, fitSections(sections, summaryLimit - size));
    return undefined;
  } catch (error) {
    return error;
  }
}

/** Joins sections as long as they fit into this number of bytes, and says if not all do. */
export function fitSections(sections: readonly string[], room: number): string {
  const whole = sections.map((one) => `${one}\n\n`).join('');
  if (Buffer.byteLength(whole) <= room) return whole;
  let text = '';
  for (const section of sections) {
    const longer = `${text}${section}\n\n`;
    if (Buffer.byteLength(longer) + cut.length > room) break;
    text = longer;
  }
  return cut.length > room ? '' : `${text}${cut}`;
}
