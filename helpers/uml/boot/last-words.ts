/** The reason for the end of a kernel: the line before its panic, or else the last one. */
export function lastWords(log: string): string {
  const lines = log.trimEnd().split('\n');
  const panic = lines.findIndex((line) => line.includes('Kernel panic'));
  return (panic > 0 ? lines[panic - 1] : lines.at(-1)) ?? '';
}
