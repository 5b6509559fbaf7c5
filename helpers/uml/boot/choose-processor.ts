import { readFileSync } from 'node:fs';

/**
 * Chooses the processor of the host for a kernel, which has one processor itself. Kernels with consecutive numbers share
 * the processors evenly.
 *
 * User-mode Linux passes every system call of a guest between two processes of the host. On two processors, each pass
 * wakes up an idle one: an engine then takes twice as long to start, and half as much processor time again.
 */
export function chooseProcessor(number: number): number {
  const allowed = allowedProcessors(readFileSync('/proc/self/status', 'utf8'));
  return allowed[number % allowed.length] ?? 0;
}

/** The processors that a process may use, from its `/proc/PID/status`: `Cpus_allowed_list: 0-2,5` are 0, 1, 2 and 5. */
export function allowedProcessors(status: string): number[] {
  const [, list = ''] = /^Cpus_allowed_list:\s*(\S+)$/m.exec(status) ?? [];
  return [...list.matchAll(/(\d+)(?:-(\d+))?/g)].flatMap(([, first, last = first]) =>
    Array.from({ length: Number(last) - Number(first) + 1 }, (_, index) => Number(first) + index),
  );
}
