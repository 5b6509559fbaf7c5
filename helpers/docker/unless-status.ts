/** Returns a handler for a call's `catch` that accepts one HTTP status and rethrows everything else. */
export function unlessStatus(status: number): (error: unknown) => undefined {
  return (error) => {
    if (error instanceof Error && 'statusCode' in error && error.statusCode === status) {
      return undefined;
    }
    throw error;
  };
}
