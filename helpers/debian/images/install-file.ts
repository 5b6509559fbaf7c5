import { runCommand } from '../../process/run-command.ts';

/** Copies one file to its path in an image. Its mode does not depend on the user's umask. */
export async function installFile(from: string, to: string, mode = '0644'): Promise<void> {
  await runCommand('install', ['-D', '-m', mode, from, to]);
}

/** Creates folders, with their parents. They belong to this user unless an owner is given, which only root may do. */
export async function installFolders(
  folders: readonly string[],
  { owner, mode = '0755' }: { readonly owner?: number; readonly mode?: string } = {},
): Promise<void> {
  const owned = owner === undefined ? [] : ['-o', `${owner}`, '-g', `${owner}`];
  await runCommand('install', ['-d', '-m', mode, ...owned, ...folders]);
}
