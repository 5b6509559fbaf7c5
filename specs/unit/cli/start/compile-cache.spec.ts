import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const cli = join(import.meta.dirname, '../../../../helpers/cli');

it.for([
  ['overlay-e2e.sh', [`${cli}/overlay-e2e.sh`, '--version']],
  ['netns-machine.sh', [`${cli}/netns-machine.sh`, 'version']],
  ['the npm package', [process.execPath, `${cli}/bin/overlay-e2e.ts`, '--version']],
] as const)(
  '%s makes a cache of compiled code that only its owner may use, with any umask',
  ([, command]) => {
    const home = mkdtempSync(join(tmpdir(), 'overlay-e2e-cache-'));
    try {
      const { NODE_COMPILE_CACHE: _, ...environment } = process.env;
      const env = { ...environment, XDG_CACHE_HOME: join(home, 'cache') };
      execFileSync('sh', ['-c', 'umask 0; exec "$@"', 'sh', ...command], { env });
      const folders = ['cache', 'cache/overlay-e2e', 'cache/overlay-e2e/compiled'];
      const modes = folders.map((folder) =>
        (statSync(join(home, folder)).mode & 0o777).toString(8),
      );
      expect(modes).toEqual(['700', '700', '700']);
      expect(readdirSync(join(home, 'cache/overlay-e2e/compiled'))).not.toEqual([]);
    } finally {
      rmSync(home, { recursive: true });
    }
  },
);
