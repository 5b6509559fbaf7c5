import { styleText } from 'node:util';
import type { Paint } from '../../report/text/text-layout.ts';

/** Paints for that stream: not where it is no terminal, `NO_COLOR` is set or `TERM` is `dumb`; always with `FORCE_COLOR`. */
export function painterFor(stream: NodeJS.WritableStream): Paint {
  return (style, text) => styleText(style, text, { stream });
}

/** Returns true if a report on that stream has colors: on a terminal that has some; in a file only with `FORCE_COLOR`. */
export function hasColors(stream: NodeJS.WriteStream): boolean {
  return stream.isTTY ? stream.hasColors() : (process.env['FORCE_COLOR'] ?? '0') !== '0';
}
