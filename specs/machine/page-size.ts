import { runCommand } from '../../helpers/process/run-command.ts';

/** Bytes of a page of memory, of which a tmpfs is made: 4 KiB on most machines, up to 64 on arm64. */
export async function pageSize(): Promise<number> {
  const { stdout } = await runCommand('getconf', ['PAGESIZE']);
  return Number(stdout);
}
