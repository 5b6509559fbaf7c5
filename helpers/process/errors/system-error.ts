import { getSystemErrorMessage } from 'node:util';

/** The fields of a Node error from the operating system. */
interface SystemError extends Error {
  readonly errno: number;
  readonly path?: string;
  readonly address?: string;
  readonly port?: number;
}

/**
 * Describes an error of the operating system with its subject: "no such file or directory (/a/b)". Undefined for any
 * other error.
 */
export function describeSystemError(error: unknown): string | undefined {
  if (!isSystemError(error)) return undefined;
  const { errno, path, address, port } = error;
  const subject =
    path ?? (address === undefined ? undefined : [address, port ?? []].flat().join(':'));
  const words = getSystemErrorMessage(errno);
  return subject === undefined ? words : `${words} (${subject})`;
}

function isSystemError(error: unknown): error is SystemError {
  return error instanceof Error && 'errno' in error && typeof error.errno === 'number';
}
