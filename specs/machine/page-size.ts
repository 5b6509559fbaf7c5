import { runCommand } from '../../helpers/process/run-command.ts';

/** Returns the bytes of a memory page, the unit of a tmpfs: 4 KiB on most machines, up to 64 KiB on arm64. */
export async function pageSize(): Promise<number> {
  const { stdout } = await runCommand('getconf', ['PAGESIZE']);
  return Number(stdout);
}
