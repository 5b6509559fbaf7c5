import { mkdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { onTestFinished } from 'vitest';
import { type CommandResult, runCommand } from '../../helpers/process/run-command.ts';

const root = resolve(import.meta.dirname, '../..');

/** The user `nobody`. */
export const NOBODY = 65_534;

// Only root may enter the home folder that may contain the clone. A bind mount makes the clone accessible.
const SCRIPT = `
mkdir -p clone reports; chown $1:$1 . reports
mount --bind "$2" clone
cd clone
drop='exec setpriv --reuid $1 --regid $1 --clear-groups --bounding-set=-all --inh-caps=-all --no-new-privs sh -c "$2"'
if [ "$4" = refused ]; then
  mkdir -p ../root; mount --rbind / ../root
  exec chroot ../root sh -euc 'cd "$3"; '"$drop" sh $1 "$3" "$PWD"
fi
exec sh -euc "$drop" sh $1 "$3"`;

export interface NobodyOptions {
  /** The value of E2E_PROVIDER. */
  readonly provider?: string;
  /** Has the kernel refuse user namespaces, as it does in a changed root. */
  readonly isRefused?: boolean;
  /** Runs it in a network namespace without any interface that is up. */
  readonly isOffline?: boolean;
  /** The home folder; a new one by default, which is removed after the test. */
  readonly home?: string;
  readonly signal?: AbortSignal;
}

/** Runs a shell's line in this clone, as a user without any capability. */
export async function runAsNobody(
  line: string,
  options: NobodyOptions = {},
): Promise<CommandResult & { store: string }> {
  const {
    provider = 'netns',
    isRefused = false,
    isOffline = false,
    signal,
    home = await makeHome(),
  } = options;
  mkdirSync(home, { recursive: true });
  const store = join(home, 'store');
  const words = [SCRIPT, 'sh', `${NOBODY}`, root, line, isRefused ? 'refused' : ''];
  const result = await runCommand(
    'unshare',
    [
      ...(isOffline ? ['--net'] : []),
      '--mount',
      '--propagation',
      'private',
      'sh',
      '-euc',
      ...words,
    ],
    {
      cwd: home,
      env: {
        PATH: process.env['PATH'] ?? '',
        HOME: home,
        E2E_PROVIDER: provider,
        MACHINE_STORAGE_PATH: store,
        OVERLAY_E2E_REPORTS: join(home, 'reports'),
        NO_COLOR: '1',
        npm_config_update_notifier: 'false',
      },
      expect: 'any',
      signal,
    },
  );
  return { ...result, store };
}

async function makeHome(): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'unprivileged-'));
  onTestFinished(() => rm(home, { recursive: true, force: true }));
  return home;
}
