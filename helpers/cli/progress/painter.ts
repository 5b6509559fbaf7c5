import { styleText } from 'node:util';

/** Colors a text, or returns it unchanged. */
export type Paint = (
  style: 'green' | 'red' | 'yellow' | 'cyan' | 'dim' | 'bold',
  text: string,
) => string;

/** Paints for that stream: not where it is no terminal, `NO_COLOR` is set or `TERM` is `dumb`; always with `FORCE_COLOR`. */
export function painterFor(stream: NodeJS.WritableStream): Paint {
  return (style, text) => styleText(style, text, { stream });
}
