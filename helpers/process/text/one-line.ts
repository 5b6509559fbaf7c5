/** The number of characters that are kept of a message from outside: it is evidence in one line, not a document. */
const limit = 2000;

/** Returns a message that came from outside as one line of at most 2,000 characters. */
export function oneLine(message: string): string {
  return message
    .slice(0, limit)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join(' ');
}
