import { readFileSync } from 'node:fs';
import { z } from 'zod';

const packageFile = z.object({
  version: z.string(),
  repository: z.object({ url: z.string() }).optional(),
});

/** The version of overlay-e2e. */
export function ownVersion(): string {
  return readPackageFile().version;
}

/** Returns the web address of the repository that package.json names; undefined if it names none. */
export function ownRepository(): string | undefined {
  return webAddress(readPackageFile().repository?.url);
}

/** @param url as npm writes it: `git+https://github.com/OWNER/NAME.git` */
export function webAddress(url: string | undefined): string | undefined {
  const [, address] = /^(?:git\+)?(https:\/\/[^?#\s]+?)(?:\.git)?\/?$/.exec(url ?? '') ?? [];
  return address;
}

function readPackageFile(): z.infer<typeof packageFile> {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return packageFile.parse(JSON.parse(text));
}
