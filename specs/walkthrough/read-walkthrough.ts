/** A code block of the walk-through: commands that a reader types, and their output. */
export interface Block {
  /** The number of its first line in the file, counted from 1. */
  readonly line: number;
  /** The heading above it. */
  readonly part: string;
  readonly commands: string;
  /** Empty if the commands print nothing. */
  readonly output: string;
}

/**
 * Reads the blocks of a walk-through in order. A reader types each `sh` block unchanged; an `output` block after it is
 * its complete output. Without an `output` block, the commands print nothing. Other kinds of blocks are an error,
 * because they would not be checked.
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
      throw new Error(`line ${line}: neither commands nor their output: ${whole}`);
    }
  }
  return blocks;
}
