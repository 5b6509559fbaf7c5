/** What goes through a mail, and opens at once on a phone. */
const limit = 10_000_000;

/** What there is to say of the report's size, when it is too large to be sent to anyone. */
export function sizeWarning(bytes: number): string | undefined {
  if (bytes <= limit) return undefined;
  return `the report has ${megabytes(bytes)} MB, more than the limit of ${megabytes(limit)} MB: find the spec with large attachments`;
}

function megabytes(size: number): string {
  return (size / 1_000_000).toFixed(1);
}
