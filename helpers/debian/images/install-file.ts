import { runCommand } from '../../process/run-command.ts';

/** Copies one file to its path in an image. Its mode does not depend on the user's umask. */
export async function installFile(from: string, to: string, mode = '0644'): Promise<void> {
  await runCommand('install', ['-D', '-m', mode, from, to]);
}

/** Creates folders, with their parents. They belong to this user. */
export async function installFolders(
  folders: readonly string[],
  { mode = '0755' }: { readonly mode?: string } = {},
): Promise<void> {
  await runCommand('install', ['-d', '-m', mode, ...folders]);
}
