/**
 * Gives specs the user's own temporary folder. `specs/run.sh` starts Vitest with another, which the next run removes; Vitest
 * has named its own folder by the time its reporters start.
 */
export function restoreTemporaryFolder(env: NodeJS.ProcessEnv = process.env): void {
  const own = env['OVERLAY_E2E_TMPDIR'];
  if (own === undefined) return;
  delete env['OVERLAY_E2E_TMPDIR'];
  if (own === '') delete env['TMPDIR'];
  else env['TMPDIR'] = own;
}
