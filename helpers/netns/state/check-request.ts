import { existsSync } from 'node:fs';
import { HarnessError } from '../../process/errors/harness-error.ts';

/** docker-machine's own rule for names. */
export const machineName = /^[a-zA-Z0-9][a-zA-Z0-9.-]*$/;

/** The kernel's limit for a host name. */
export const longestName = 63;

/** Refuses a name that docker-machine refuses, or that cannot be a host's. */
export function checkName(name: string): void {
  const tried = `machine name «${name}»`;
  const remedy = 'use letters, digits, dots and hyphens, a letter or digit first';
  if (!machineName.test(name)) {
    throw new HarnessError({
      code: 'input-invalid',
      tried,
      observed: 'it is not a host name',
      remedy,
    });
  }
  if (name.length > longestName) {
    const observed = `it has ${name.length} characters, a host name has ${longestName} at most`;
    throw new HarnessError({
      code: 'input-invalid',
      tried,
      observed,
      remedy: 'take a shorter one',
    });
  }
}

/** Refuses image archives that are not there, before anything is made. */
export function checkImages(archives: readonly string[]): void {
  for (const archive of archives) {
    if (existsSync(archive)) continue;
    throw new HarnessError({
      code: 'file-unreadable',
      tried: `image archive ${archive}`,
      observed: 'there is no such file',
      remedy: 'give the path of a file that docker save wrote',
    });
  }
}
