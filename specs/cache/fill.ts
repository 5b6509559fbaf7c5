// Fills a key of the cache under control of a test: fill.ts KEY LOG GO. Writes to LOG when it begins, continues once GO
// exists.
import { existsSync } from 'node:fs';
import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cached } from '../../helpers/debian/cache/cache.ts';
import { onActivity } from '../../helpers/process/activity.ts';
import { runCommand } from '../../helpers/process/run-command.ts';
import { done, notYet, waitFor } from '../../helpers/process/waits/wait-for.ts';

const [key = '', log = '', go = ''] = process.argv.slice(2);
onActivity({ start: ({ kind, title }) => console.log(`${kind}: ${title}`) });
try {
  const folder = await cached(key, `filling ${key}`, async (into) => {
    await writeFile(join(into, 'first'), 'first');
    await appendFile(log, `${process.pid}\n`);
    await waitFor(
      'permission to continue',
      async () => (existsSync(go) ? done(undefined) : notYet('none')),
      {
        limit: 120_000,
      },
    );
    // A separate program, as for unpacking packages.
    await runCommand('dd', ['if=/dev/zero', `of=${join(into, 'last')}`, 'bs=1M', 'count=3']);
  });
  console.log(`filled: ${folder}`);
} catch (error) {
  console.error((error as Error).message.split('\n')[0]);
  process.exitCode = 1;
}
