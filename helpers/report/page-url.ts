import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const root = join(import.meta.dirname, '../..');

/**
 * Where a page of the project is read by whoever reads the report: in the repository, if GitHub made it, at what was run;
 * else on this machine's disk.
 *
 * @param path from the project's root: `docs/diagnoses/vxlan-blocked.md`
 */
export function pageUrl(path: string, env: NodeJS.ProcessEnv = process.env): string {
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository, GITHUB_SHA: commit } = env;
  if (server !== undefined && repository !== undefined && commit !== undefined) {
    return `${server}/${repository}/blob/${commit}/${path}`;
  }
  return pathToFileURL(join(root, path)).href;
}
