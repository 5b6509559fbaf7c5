import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { ownRepository } from '../../process/own-version.ts';

const root = join(import.meta.dirname, '../../..');

/**
 * Returns the URL of a page of this project, which readers of a report open elsewhere. Its place is the repository that
 * package.json names. Without one, it is the tested commit, if GitHub tests a clone of this project. In another
 * repository, the page is in none of its commits: undefined, because a path on this machine is useless for other readers.
 *
 * @param path from the project's root: `docs/diagnoses/vxlan-blocked.md`
 * @param repository the repository that package.json names; empty if it names none
 */
export function pageUrl(
  path: string,
  env: NodeJS.ProcessEnv = process.env,
  repository: string = ownRepository() ?? '',
): string | undefined {
  if (repository !== '') return `${repository}/blob/HEAD/${path}`;
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: tested, GITHUB_SHA: commit } = env;
  if (server === undefined || tested === undefined || commit === undefined) return undefined;
  return isClone(env['GITHUB_WORKSPACE'])
    ? `${server}/${tested}/blob/${commit}/${path}`
    : undefined;
}

/** Returns true if that checked out repository is this project itself. */
function isClone(workspace = ''): boolean {
  try {
    return workspace !== '' && realpathSync(workspace) === realpathSync(root);
  } catch {
    return false;
  }
}
