/**
 * Where a page of the project is read by whoever reads the report, if GitHub made it: in the repository, at what was run.
 * Undefined elsewhere: a path of this machine's disk leads nobody else anywhere.
 *
 * @param path from the project's root: `docs/diagnoses/vxlan-blocked.md`
 */
export function pageUrl(path: string, env: NodeJS.ProcessEnv = process.env): string | undefined {
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository, GITHUB_SHA: commit } = env;
  if (server === undefined || repository === undefined || commit === undefined) return undefined;
  return `${server}/${repository}/blob/${commit}/${path}`;
}
