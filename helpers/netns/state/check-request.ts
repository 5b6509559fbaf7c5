import { existsSync } from 'node:fs';
import { HarnessError } from '../../process/errors/harness-error.ts';

/** docker-machine's rule for names. */
export const machineName = /^[a-zA-Z0-9][a-zA-Z0-9.-]*$/;

/** The kernel's limit for host names, in characters. */
export const longestName = 63;

/** Throws if docker-machine would reject a name, or if it is not a valid host name. */
export function checkName(name: string): void {
  const tried = `machine name "${name}"`;
  const hint = 'use letters, digits, dots and hyphens; begin with a letter or digit';
  if (!machineName.test(name)) {
    throw new HarnessError({
      code: 'input-invalid',
      tried,
      observed: 'not a valid host name',
      hint,
    });
  }
  if (name.length > longestName) {
    const observed = `${name.length} characters; a host name has at most ${longestName}`;
    throw new HarnessError({
      code: 'input-invalid',
      tried,
      observed,
      hint: 'choose a shorter name',
    });
  }
}

/** Throws if an image archive does not exist, before anything is created. */
export function checkImages(archives: readonly string[]): void {
  for (const archive of archives) {
    if (existsSync(archive)) continue;
    throw new HarnessError({
      code: 'file-unreadable',
      tried: `image archive ${archive}`,
      observed: 'not found',
      hint: 'give the path of a file that "docker save" wrote',
    });
  }
}
