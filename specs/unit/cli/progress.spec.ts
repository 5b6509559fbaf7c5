import { Writable } from 'node:stream';
import { expect, onTestFinished, test, vi } from 'vitest';
import { showProgress } from '../../../helpers/cli/progress.ts';
import { activity } from '../../../helpers/process/activity.ts';

/** A stream that keeps what is written to it, on a terminal of 60 columns or into a file. */
function openStream(isTTY: boolean) {
  let text = '';
  const write = (chunk: unknown, _encoding: string, done: () => void) => {
    text += String(chunk);
    done();
  };
  const stream = Object.assign(new Writable({ write }), { isTTY, columns: 60, rows: 20 });
  return { stream: stream as unknown as NodeJS.WriteStream, text: () => text };
}

/** What stands on a terminal after this was written to it, as far as the live lines use its commands. */
function screenOf(text: string): string[] {
  const lines = [''];
  let row = 0;
  const tokens = /␛\[(\d*)A|␛\[[?\d;]*[a-zA-Z]|\n|[^␛\n]+/g;
  for (const [token, up] of text.replaceAll('\u001B', '␛').matchAll(tokens)) {
    if (token === '\n') {
      row += 1;
      lines[row] ??= '';
    } else if (token.endsWith('A') && up !== undefined) row -= Number(up || 1);
    else if (token === '␛[2K') lines[row] = '';
    else if (!token.startsWith('␛')) lines[row] += token;
  }
  return lines.filter((line) => line !== '');
}

/** What the progress lines say of `run`, times and escape sequences left out. */
async function linesOf(run: () => Promise<unknown>, as: { verbose?: boolean }) {
  const { stream, text } = openStream(false);
  const stop = await showProgress({ stream, verbose: as.verbose ?? false });
  await run().catch(() => {});
  stop();
  return text()
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

test('on a terminal, what others say meanwhile is neither drawn over nor draws anything twice', async () => {
  // Set by continuous integration, where nothing is drawn anew.
  vi.stubEnv('CI', '');
  vi.stubEnv('TERM', 'xterm');
  vi.stubEnv('NO_COLOR', '1');
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  const { stream, text } = openStream(true);
  const stop = await showProgress({ stream });
  await activity('stage', 'seed', async () => {
    await activity('stage', 'keystore', async () => {
      stream.write('interrupted; taking everything down\n');
    });
    expect(screenOf(text()).map((line) => line.replaceAll(/\d+\.\d s/g, 'TIME'))).toEqual([
      'interrupted; taking everything down',
      '  ✔ keystore  TIME',
      expect.stringMatching(/^\S seed  TIME$/),
    ]);
  });
  stop();
  stream.write('the end\n');
  expect(screenOf(text())).toHaveLength(4);
});
