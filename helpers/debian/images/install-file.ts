import { runCommand } from '../../process/run-command.ts';

/** Copies one file to where an image shall have it. Modes are as said, whatever umask the user has. */
export async function installFile(from: string, to: string, mode = '0644'): Promise<void> {
  await runCommand('install', ['-D', '-m', mode, from, to]);
}

/** Makes folders, with those above them. They are this user's own unless an owner is named, which only root may do. */
export async function installFolders(
  folders: readonly string[],
  { owner, mode = '0755' }: { readonly owner?: number; readonly mode?: string } = {},
): Promise<void> {
  const owned = owner === undefined ? [] : ['-o', `${owner}`, '-g', `${owner}`];
  await runCommand('install', ['-d', '-m', mode, ...owned, ...folders]);
}
