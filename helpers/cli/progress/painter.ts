import { styleText } from 'node:util';
import type { Paint } from '../../report/text/text-layout.ts';

/** Paints for that stream: not where it is no terminal, `NO_COLOR` is set or `TERM` is `dumb`; always with `FORCE_COLOR`. */
export function painterFor(stream: NodeJS.WritableStream): Paint {
  return (style, text) => styleText(style, text, { stream });
}
