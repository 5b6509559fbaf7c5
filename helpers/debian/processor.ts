import { AsyncLocalStorage } from 'node:async_hooks';

/** Processors that images and executables are built for, by Node's names. */
export const PROCESSORS = ['x64', 'arm64'] as const;

export type Processor = (typeof PROCESSORS)[number];

/** Debian's and Docker's names of processors. */
const debianNames: Readonly<Record<string, string>> = { x64: 'amd64' };

const other = new AsyncLocalStorage<Processor>();

/** The processor of the files that are prepared: this host's, except in {@link forProcessor}. */
export function processor(): string {
  return other.getStore() ?? process.arch;
}

/** Debian's and Docker's name of {@link processor}. */
export function architecture(): string {
  return debianNames[processor()] ?? processor();
}

/** Returns true if files are prepared for another processor than this host's. */
export function isForeign(): boolean {
  return processor() !== process.arch;
}

/** Prepares files for a processor. Nothing in `run` may execute them. */
export async function forProcessor<T>(wanted: Processor, run: () => Promise<T>): Promise<T> {
  return await other.run(wanted, run);
}
