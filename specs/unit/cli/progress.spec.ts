import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { showProgress } from '../../../helpers/cli/progress.ts';
import { activity } from '../../../helpers/process/activity.ts';

/** What the progress lines say of `run`, times and escape sequences left out. */
async function linesOf(run: () => Promise<unknown>, as: { verbose?: boolean; live?: boolean }) {
  let text = '';
  const stream = Object.assign(
    new Writable({
      write: (chunk, _encoding, done) => {
        text += String(chunk);
        done();
      },
    }),
    { isTTY: as.live ?? false, columns: 60, rows: 20 },
  ) as unknown as NodeJS.WriteStream;
  const stop = showProgress({ stream, verbose: as.verbose ?? false });
  await run().catch(() => {});
  stop();
  return text
    .replaceAll(/\d+\.\d s/g, 'TIME')
    .replaceAll(/\[ *TIME\]/g, '[TIME]')
    .split('\n')
    .filter((line) => line !== '');
}

const setUp = () =>
  activity('stage', 'seed', async () => {
    await activity('transfer', 'engine', async () => {});
    await activity('stage', 'keystore', async () => {
      await activity('command', 'docker run', async () =>
        Promise.reject(new Error('no such image')),
      );
    });
  });

test('a log gets a line for each stage that ended and each transfer that began, nested, and the reason once', async () => {
  expect(await linesOf(setUp, {})).toEqual([
    '[TIME]   engine …',
    '[TIME]   engine  TIME',
    '[TIME]   ✖ keystore  TIME  no such image',
    '[TIME] ✖ seed  TIME',
  ]);
});

test('verbose lines tell each command too', async () => {
  expect(await linesOf(setUp, { verbose: true })).toContain(
    '[TIME]     $ docker run  TIME  no such image',
  );
});
