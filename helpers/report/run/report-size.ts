/** A size that fits into an email and opens quickly on a phone. */
const limit = 10_000_000;

/** Returns a warning if the report is too large to send. */
export function sizeWarning(bytes: number): string | undefined {
  if (bytes <= limit) return undefined;
  return `the report has ${megabytes(bytes)} MB, more than the limit of ${megabytes(limit)} MB: find the spec with large attachments`;
}

function megabytes(size: number): string {
  return (size / 1_000_000).toFixed(1);
}
