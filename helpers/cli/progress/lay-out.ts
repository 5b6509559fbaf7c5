import sliceAnsi from 'slice-ansi';
import stringWidth from 'fast-string-width';
import type { Paint } from '../../report/text/text-layout.ts';
import { printableLine } from './log-line.ts';
import type { Line } from './scene.ts';

const colors = { running: 'cyan', done: 'green', failed: 'red' } as const;
const marks = { done: '✔', failed: '✖' } as const;

/** A line of a terminal, not wider than `width`: title and time stay whole as long as there is room for them. */
export function layOut(line: Line, width: number, paint: Paint, spinner = '·'): string {
  const { state, depth, title, done, now, time, why } = printableLine(line);
  const mark = state === 'running' ? spinner : marks[state];
  const head = `${'  '.repeat(depth)}${mark} `;
  const tail = time === '' ? '' : `  ${time}`;
  const room = width - stringWidth(head) - stringWidth(tail);
  const name = cutEnd(title, room);
  const about = cutAbout({ done, now }, room - stringWidth(name) - 2);
  const said = about === '' ? '' : `  ${about}`;
  const painted = `${'  '.repeat(depth)}${paint(colors[state], mark)} ${name}`;
  const dim = said + tail === '' ? '' : paint('dim', said + tail);
  return `${painted}${dim}${why === undefined ? '' : `  ${why}`}`;
}

/** The same lines, with their titles below each other as columns. */
export function align(lines: readonly Line[]): Line[] {
  const widest = Math.max(0, ...lines.map(({ title }) => stringWidth(title)));
  return lines.map((line) => ({ ...line, title: line.title.padEnd(widest) }));
}

/**
 * Returns the lines that fit, and one line with the number of the others. Finished lines are omitted first.
 *
 * @param room the number of lines, including that line
 */
export function fitIn(lines: readonly Line[], room: number): { shown: Line[]; hidden: string } {
  if (lines.length <= room) return { shown: [...lines], hidden: '' };
  const most = Math.max(room - 1, 0);
  const busy = lines.filter(({ state }) => state !== 'done').slice(0, most);
  const idle = lines.filter(({ state }) => state === 'done').slice(0, most - busy.length);
  const shown = lines.filter((one) => busy.includes(one) || idle.includes(one));
  const rest = lines.filter((one) => !shown.includes(one));
  const atWork = rest.filter(({ state }) => state !== 'done').length;
  const how = atWork === 0 ? '' : `, ${atWork} of them at work`;
  return { shown, hidden: `… and ${rest.length} more${how}` };
}

/** Returns the text between title and time: the current step rather than the completed ones. */
function cutAbout({ done, now }: Pick<Line, 'done' | 'now'>, width: number): string {
  if (width < 6) return '';
  if (now === undefined) return cutBeginning(done, width);
  const { what, howFar } = now;
  const far = howFar === undefined ? ' …' : `${what === '' ? '' : ': '}${howFar}`;
  const room = width - stringWidth(far);
  if (stringWidth(what) > room) {
    return howFar === undefined
      ? cutEnd(what, width)
      : cutEnd(`${cutEnd(what, room)}${far}`, width);
  }
  const left = room - stringWidth(what) - 2;
  const before = done === '' || left < 6 ? '' : `${cutBeginning(done, left)}, `;
  return `${before}${what}${far}`;
}

function cutEnd(text: string, width: number): string {
  return stringWidth(text) <= width ? text : `${sliceAnsi(text, 0, Math.max(width - 1, 0))}…`;
}

function cutBeginning(text: string, width: number): string {
  const all = stringWidth(text);
  return all <= width ? text : `…${sliceAnsi(text, all - width + 1)}`;
}
