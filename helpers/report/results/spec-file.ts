/**
 * Returns the spec file of a full name, which begins with it: `specs/seed/keystore.spec.ts#the keystore answers`. Before it
 * may stand the name of the package or of the topology, with a colon.
 */
export function specFileOf(fullName: string): string | undefined {
  return /(?:^|[:\s])([^:#\s][^:#]*\.(?:spec|test)\.[cm]?[jt]sx?)(?:#|$)/.exec(fullName)?.[1];
}
