/** How many tests ended how. What broke outside of a test counts as failed. */
export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

/** The line that continuous integration reads: `N passed, N failed`, and `, N skipped` if there are any. */
export function countLine({ passed, failed, skipped }: Counts): string {
  const line = `${passed} passed, ${failed} failed`;
  return skipped === 0 ? line : `${line}, ${skipped} skipped`;
}
