/** The output of a program, by stream. */
export interface ProgramOutput {
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Parses an engine's stream for a program without a terminal: frames of one byte 1 (stdout) or 2 (stderr), three zero
 * bytes, the length in four bytes, then the text. Returns the received part of an incomplete last frame.
 */
export function demuxOutput(bytes: Buffer): ProgramOutput {
  const parts: Record<'stdout' | 'stderr', Buffer[]> = { stdout: [], stderr: [] };
  let at = 0;
  while (at + 8 <= bytes.length) {
    const end = at + 8 + bytes.readUInt32BE(at + 4);
    parts[bytes[at] === 2 ? 'stderr' : 'stdout'].push(bytes.subarray(at + 8, end));
    at = end;
  }
  return {
    stdout: Buffer.concat(parts.stdout).toString('utf8'),
    stderr: Buffer.concat(parts.stderr).toString('utf8'),
  };
}
