import { printable } from '../../process/text/printable.ts';
import type { Line } from './scene.ts';

/** A line of a log. */
export function lineInWords(line: Line): string {
  const { state, depth, title, done, time, why } = printableLine(line);
  const said = [title, done, time, why].filter((one) => one !== undefined && one !== '');
  return `${'  '.repeat(depth)}${state === 'failed' ? '✖ ' : ''}${said.join('  ')}`;
}

/** Titles and reasons may come from outside: a terminal shows them, and obeys none. */
export function printableLine(line: Line): Line {
  const { title, done, now, why } = line;
  return {
    ...line,
    title: printable(title),
    done: printable(done),
    ...(now === undefined
      ? {}
      : { now: { what: printable(now.what), howFar: now.howFar && printable(now.howFar) } }),
    ...(why === undefined ? {} : { why: printable(why) }),
  };
}
