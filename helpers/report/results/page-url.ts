/**
 * Returns the URL of a page in the repository at the tested commit, if GitHub built the report; undefined elsewhere,
 * because a path on this machine is useless for other readers.
 *
 * @param path from the project's root: `docs/diagnoses/vxlan-blocked.md`
 */
export function pageUrl(path: string, env: NodeJS.ProcessEnv = process.env): string | undefined {
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository, GITHUB_SHA: commit } = env;
  if (server === undefined || repository === undefined || commit === undefined) return undefined;
  return `${server}/${repository}/blob/${commit}/${path}`;
}
