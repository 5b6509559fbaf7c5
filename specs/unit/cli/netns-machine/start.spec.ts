import { chmod, copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { runCommand } from '../../../../helpers/process/run-command.ts';

const script = join(import.meta.dirname, '../../../../helpers/cli/netns-machine.sh');

test.each(['none', 'v20.19.0'])(
  'with Node %s and without dependencies, one line names the command that installs Node',
  async (version) => {
    const top = await mkdtemp(join(tmpdir(), 'no-node-'));
    onTestFinished(() => rm(top, { recursive: true, force: true }));
    await mkdir(join(top, 'helpers/cli'), { recursive: true });
    await copyFile(script, join(top, 'helpers/cli/netns-machine.sh'));
    const { PATH = '' } = process.env;
    const folders = PATH.split(':').filter((folder) => !folder.includes('node_modules'));
    if (version !== 'none') {
      await mkdir(join(top, 'bin'));
      await writeFile(join(top, 'bin/node'), `#!/bin/sh\necho ${version.slice(1).split('.')[0]}\n`);
      await chmod(join(top, 'bin/node'), 0o755);
      folders.unshift(join(top, 'bin'));
    } else {
      // Only the tools that the script itself needs.
      await mkdir(join(top, 'tools'));
      for (const tool of ['readlink', 'sh']) {
        const { stdout } = await runCommand('sh', ['-c', `command -v ${tool}`]);
        await writeFile(join(top, 'tools', tool), `#!/bin/sh\nexec ${stdout.trim()} "$@"\n`);
        await chmod(join(top, 'tools', tool), 0o755);
      }
      folders.splice(0, folders.length, join(top, 'tools'));
    }
    const result = await runCommand('/bin/sh', [join(top, 'helpers/cli/netns-machine.sh'), 'ls'], {
      env: { PATH: folders.join(':'), HOME: top },
      expect: 'any',
    });
    expect(result).toMatchObject({ exitCode: 1, stdout: '' });
    expect(result.stderr).toBe(
      `netns-machine: no Node 24 or newer found. Run "npm ci" in ${top}, which installs it.\n`,
    );
  },
);
