/** A code block of the walk-through that a reader types, and what they will see. */
export interface Block {
  /** Where its first line is in the file, counted from 1. */
  readonly line: number;
  /** The headline that it stands under. */
  readonly part: string;
  readonly commands: string;
  /** Empty when the commands print nothing. */
  readonly output: string;
}

/**
 * The blocks of a walk-through, in their order: each `sh` block is typed as it stands, and an `output` block right after
 * it shows all that comes of it. Without one it prints nothing. A block of another kind is an error: nobody would check it.
 */
export function readWalkthrough(text: string): Block[] {
  const blocks: Block[] = [];
  let part = '';
  for (const { 0: whole, 1: headline, 2: kind = '', 3: body = '', index } of text.matchAll(
    /^#+ ([^\n]*)$|^```(\w*)\n(.*?)^```$/gms,
  )) {
    const line = text.slice(0, index).split('\n').length + 1;
    if (headline !== undefined) {
      part = headline;
    } else if (kind === 'sh') {
      blocks.push({ line, part, commands: body, output: '' });
    } else if (kind === 'output' && blocks.at(-1)?.output === '') {
      blocks.push({ ...(blocks.pop() as Block), output: body });
    } else {
      throw new Error(`line ${line}: neither commands nor the output of some: ${whole}`);
    }
  }
  return blocks;
}
