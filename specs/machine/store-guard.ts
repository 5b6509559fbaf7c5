import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';

/**
 * Waits until the process of the specs ends, even by SIGKILL, and then removes the state directories that still exist.
 * While a run waits for this, it holds a lock. Only then does it start Node, because most runs leave nothing.
 */
const script = `
[ -z "$LOCK" ] || ! command -v flock >/dev/null || { exec 8>>"$LOCK" && flock -s 8; }
while IFS= read -r folder; do set -- "$@" "$folder"; done
for folder; do [ ! -e "$folder" ] || exec "$NODE" "$PROGRAM" "$@"; done`;

/** Specs share it, also those whose modules are loaded again for each file. */
const shared = globalThis as { storeGuard?: ChildProcess };

/**
 * Has the machines of a state directory removed if this process ends before it removes the folder. A signal to a whole run
 * ends the processes of its specs without any clean-up.
 *
 * @param folder the folder that the specs remove when they clean up
 * @param store the state directory: this folder or one below it
 */
export function guardStore(folder: string, store: string = folder): void {
  shared.storeGuard ??= startGuard();
  shared.storeGuard.stdin?.write(`${folder}\n${store}\n`);
}

/** Its own session, so that neither Ctrl-C nor a signal to the group of the run ends it. */
function startGuard(): ChildProcess {
  const reports = process.env['OVERLAY_E2E_REPORTS'];
  const child = spawn('sh', ['-c', script, 'store-guard'], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    env: {
      ...process.env,
      LOCK: reports === undefined ? '' : join(reports, '.guards'),
      NODE: process.execPath,
      PROGRAM: join(import.meta.dirname, 'remove-stores.ts'),
    },
  });
  child.unref();
  // The pipe must not keep this process running.
  (child.stdin as unknown as { unref(): void }).unref();
  // Without a guard, specs that end normally still remove their machines.
  child.stdin.on('error', () => {});
  return child;
}
