/** For a refused call's `catch`: takes that HTTP status for an answer, and nothing else. */
export function unlessStatus(status: number): (error: unknown) => undefined {
  return (error) => {
    if (error instanceof Error && 'statusCode' in error && error.statusCode === status) {
      return undefined;
    }
    throw error;
  };
}
