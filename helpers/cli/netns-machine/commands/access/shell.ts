import { createHash } from 'node:crypto';
import { symlink } from 'node:fs/promises';
import { isSea } from 'node:sea';
import { basename, delimiter, join, resolve } from 'node:path';
import { cached } from '../../../../debian/cache/cache.ts';
import { prepareEngineBundle } from '../../../../debian/engines/engine-bundle.ts';
import { findProgram } from '../../../../process/files/find-program.ts';
import type { CommandContext } from '../../context.ts';
import { renderSet, shellNamed } from '../../shells.ts';

/** The command of this program: in a clone, a script that finds Node.js; in the npm package, the compiled one. */
const ownCommand = isSea()
  ? process.execPath
  : resolve(
      import.meta.dirname,
      '../../..',
      import.meta.filename.endsWith('.ts') ? 'netns-machine.sh' : 'bin/netns-machine.js',
    );

/**
 * `shell`: a line that puts a folder on the shell's PATH where `docker-machine` is this program and, if the user has
 * none, `docker` is the client of the engine bundle.
 */
export async function runShell(context: CommandContext): Promise<void> {
  const { environment, flags, program, words } = context;
  const programs: Record<string, string> = {
    'docker-machine': ownCommand,
  };
  const docker = await findClient(environment['PATH'] ?? '', flags.on('docker'));
  if (docker !== undefined) programs['docker'] = docker;
  const shell = flags.text('shell') || basename(environment['SHELL'] ?? '');
  const path = `${await linkPrograms(programs)}:$PATH`;
  process.stdout.write(
    renderSet(shellNamed(shell), [['PATH', path]], [program, ...words].join(' ')),
  );
}

async function findClient(path: string, always: boolean): Promise<string | undefined> {
  if (!always && findProgram('docker', path.split(delimiter)) !== undefined) return undefined;
  const { env } = await prepareEngineBundle(process.env['E2E_ENGINE_BUNDLE'] || undefined);
  return findProgram('docker', env['PATH']?.split(delimiter));
}

/** A folder in the cache with links to those programs and nothing else. */
async function linkPrograms(programs: Readonly<Record<string, string>>): Promise<string> {
  const names = Object.entries(programs);
  const mark = createHash('sha256').update(JSON.stringify(names)).digest('hex').slice(0, 12);
  return await cached(`shell/${mark}`, 'commands for your shell', async (folder) => {
    await Promise.all(names.map(([name, file]) => symlink(file, join(folder, name))));
  });
}
