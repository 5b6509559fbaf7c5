import { Writable } from 'node:stream';
import { expect, onTestFinished, test, vi } from 'vitest';
import { showProgress } from '../../../../helpers/cli/progress.ts';
import { activity } from '../../../../helpers/process/activity.ts';

/** Returns a stream that stores its output. */
function openStream(isTTY: boolean) {
  let text = '';
  const write = (chunk: unknown, _encoding: string, done: () => void) => {
    text += String(chunk);
    done();
  };
  const stream = Object.assign(new Writable({ write }), { isTTY, columns: 60, rows: 20 });
  return { stream: stream as unknown as NodeJS.WriteStream, text: () => text };
}

/** Returns the progress lines of `run` without times and escape sequences. */
async function linesOf(run: () => Promise<unknown>, as: { verbose?: boolean; isTTY?: boolean }) {
  const { stream, text } = openStream(as.isTTY ?? false);
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

test('a log gets a nested line for each finished stage and started transfer, and the reason once', async () => {
  expect(await linesOf(setUp, {})).toEqual([
    '[TIME]   engine …',
    '[TIME]   engine  TIME',
    '[TIME]   ✖ keystore  TIME  no such image',
    '[TIME] ✖ seed  TIME',
  ]);
});

test('verbose lines include each command', async () => {
  expect(await linesOf(setUp, { verbose: true })).toContain(
    '[TIME]     $ docker run  TIME  no such image',
  );
});

const boot = () =>
  activity('command', 'machine worker-host: boot', async (report) => {
    report.input('sh boot.sh');
  });

const look = (host: string, part: string) =>
  activity('step', `${host}: ${part}`, async () => {}, { machine: host });

const onMachines = () =>
  activity('stage', 'seed', async () => {
    await activity('stage', 'machine worker-host: create', boot, { machine: 'worker-host' });
    await look('first', 'engine');
    await look('second', 'engine');
    await look('first', 'kernel');
  });

test('a log gets a line for each created machine, and one for each host with its examined layers', async () => {
  expect(await linesOf(onMachines, {})).toEqual([
    '[TIME]   machine worker-host: create  TIME',
    '[TIME]   first  engine, kernel  TIME',
    '[TIME]   second  engine  TIME',
    '[TIME] seed  TIME',
  ]);
});

test('the time of a host starts with the check, not with its earlier queries', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const { stream, text } = openStream(false);
  const stop = await showProgress({ stream, verbose: false });
  await activity('command', 'docker info', async () => {}, { machine: 'one' });
  vi.advanceTimersByTime(60_000);
  await activity('stage', 'check shop', () =>
    activity('step', 'one: engine', async () => vi.advanceTimersByTime(2000), { machine: 'one' }),
  );
  stop();
  expect(text()).toContain('one  engine  2.0 s\n');
});

test('after ten seconds without a line, a log repeats the activities of that age, and no newer', async () => {
  vi.useFakeTimers({ toFake: ['Date', 'setInterval', 'clearInterval'] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const { stream, text } = openStream(false);
  const stop = await showProgress({ stream, verbose: false });
  await activity('stage', 'seed', async () => {
    vi.advanceTimersByTime(9500);
    await activity('stage', 'keystore', async () => {
      vi.advanceTimersByTime(500);
      expect(text()).toBe('[  10.0 s] still at seed, for 10.0 s\n');
      vi.advanceTimersByTime(10_000);
    });
  });
  stop();
  expect(text().split('\n').slice(1)).toEqual([
    '[  20.0 s] still at seed, for 20.0 s',
    '[  20.0 s]   still at keystore, for 10.5 s',
    '[  20.0 s]   keystore  10.5 s',
    '[  20.0 s] seed  20.0 s',
    '',
  ]);
});

test('verbose lines show each command as in a shell, with its time and its machine', async () => {
  expect(await linesOf(onMachines, { verbose: true })).toContain(
    '[TIME]     $ sh boot.sh  TIME  machine worker-host: boot',
  );
});

test.for([
  ['CI is set', { CI: 'true', TERM: 'xterm' }],
  ['the terminal is a dumb terminal', { CI: '', TERM: 'dumb' }],
] as const)('a terminal gets plain lines if %s', async ([, env]) => {
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  vi.stubEnv('NO_COLOR', '1');
  vi.stubEnv('FORCE_COLOR', undefined);
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  expect(await linesOf(setUp, { isTTY: true })).toHaveLength(4);
});

test.for([
  ['are never used in a log', {}, 0],
  ['are never used with NO_COLOR', { NO_COLOR: '1' }, 0],
  ['are used with FORCE_COLOR, even in a log', { FORCE_COLOR: '1' }, 4],
] as const)('Colors %s', async ([, env, colored]) => {
  for (const [name, value] of Object.entries({
    FORCE_COLOR: undefined,
    NO_COLOR: undefined,
    ...env,
  })) {
    vi.stubEnv(name, value);
  }
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  const lines = await linesOf(setUp, {});
  expect(lines.filter((line) => line.includes('\u001B'))).toHaveLength(colored);
});
