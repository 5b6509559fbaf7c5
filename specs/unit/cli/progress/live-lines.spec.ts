import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { showProgress } from '../../../../helpers/cli/progress.ts';
import { HarnessError } from '../../../../helpers/process/errors/harness-error.ts';
import { readRecording, Replay } from './replay.ts';
import { openTerminal, type VirtualTerminal } from './terminal.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date', 'setInterval', 'clearInterval'] });
  // Continuous integration sets it, and then lines are not redrawn.
  vi.stubEnv('CI', '');
  vi.stubEnv('TERM', 'xterm-256color');
  vi.stubEnv('NO_COLOR', undefined);
  vi.stubEnv('FORCE_COLOR', undefined);
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
});

/** Shows live lines on a terminal until the spec ends or stops it. */
async function watch(terminal: VirtualTerminal, verbose = false): Promise<() => void> {
  const stop = await showProgress({ stream: terminal.stream, verbose });
  onTestFinished(stop);
  return stop;
}

const machines = (lines: readonly string[]) =>
  lines.filter((line) => /^ {2}\S (store|host-\d\d) /.test(line));

describe('Live lines of the set-up of 17 machines', () => {
  const recording = readRecording('up-of-17-machines');

  test('give each machine a line with its step and its time, and fit into 24 rows', async () => {
    const terminal = openTerminal(80, 24);
    await watch(terminal);
    const replay = new Replay(recording);
    await replay.until(15_900);
    const screen = await terminal.screen();
    expect(machines(screen)).toHaveLength(17);
    expect(screen.length).toBeLessThan(24);
    expect(screen.map((line) => line.replace(/[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]/, '~'))).toEqual(
      expect.arrayContaining([
        '  ✔ keystore  5.1 s',
        '~ bring up sixteen  15.5 s',
        '  ~ cluster  13.1 s',
        '  ✔ host-04  create  11.6 s',
        '  ~ host-05  waits: cluster: 192.168.104.105:2376 in the store …  0.1 s',
        '  ~ host-16  waits: prerequisites of its engine …  5.0 s',
      ]),
    );
  });

  test('report how many machines are hidden if there are too few rows, finished ones first', async () => {
    const terminal = openTerminal(80, 14);
    await watch(terminal);
    await new Replay(recording).until(15_900);
    const screen = await terminal.screen();
    const shown = machines(screen);
    const left = Number(/… and (\d+) more/.exec(screen.at(-1) ?? '')?.[1]);
    expect(shown.length + left).toBe(17);
    // Five machines are finished and twelve are not: there is space for ten.
    expect(shown.filter((line) => line.includes('✔'))).toEqual([]);
    expect(screen.length).toBeLessThan(14);
  });

  test('never scroll, wrap, or leave an old line behind', async () => {
    const terminal = openTerminal(60, 24);
    await watch(terminal);
    const replay = new Replay(recording);
    for (let at = 0; at < 34_000; at += 1000) {
      await replay.until(at);
      const lines = await terminal.everything();
      const spinning = lines.filter((line) => /^ *[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏] /.test(line));
      // The outermost stage has one line. A second one would be left over from an earlier frame.
      expect(
        spinning.filter((line) => line.includes('bring up sixteen')).length,
        lines.join('\n'),
      ).toBeLessThanOrEqual(1);
      expect(new Set(machines(lines).map((line) => line.split(/ +/)[2])).size).toBe(
        machines(lines).length,
      );
    }
    await replay.untilEnd();
    expect((await terminal.everything()).map(withoutTimes)).toEqual([
      '  ✔ keystore  TIME',
      '  ✔ cluster  TIME',
      '✔ bring up sixteen  TIME',
    ]);
  });

  test('adapt to a new width and height of the terminal', async () => {
    const terminal = openTerminal(100, 40);
    await watch(terminal);
    const replay = new Replay(recording);
    await replay.until(12_000);
    for (const [columns, rows] of [
      [60, 40],
      [60, 20],
      [120, 30],
    ] as const) {
      await terminal.resize(columns, rows);
      await replay.until(12_000 + columns);
      const lines = await terminal.everything();
      expect(
        lines.filter((line) => line.includes('bring up sixteen')),
        lines.join('\n'),
      ).toHaveLength(1);
    }
  });

  test('write nothing without a change, and one write per frame', async () => {
    const terminal = openTerminal(80, 24);
    await watch(terminal);
    const replay = new Replay(recording);
    await replay.until(5000);
    const before = terminal.writes();
    await replay.until(6000);
    const events = recording.filter(
      ({ kind, machine, startedAt, endedAt }) =>
        kind === 'stage' &&
        machine === undefined &&
        [startedAt, endedAt].some((at) => at > 5000 && at <= 6000),
    );
    expect(terminal.writes() - before).toBeLessThanOrEqual(10 + 2 * events.length);
  });
});

describe('At the end, live lines', () => {
  const recording = readRecording('up-of-17-machines');

  test('leave the cursor at the beginning of the next line, even after an interruption', async () => {
    const terminal = openTerminal(80, 24);
    const stop = await watch(terminal);
    await new Replay(recording).until(12_000);
    expect(await terminal.screen()).not.toHaveLength(1);
    stop();
    terminal.stream.write('overlay-e2e: interrupted by SIGINT; removing everything\n');
    expect((await terminal.everything()).map(withoutTimes)).toEqual([
      '  ✔ keystore  TIME',
      'overlay-e2e: interrupted by SIGINT; removing everything',
    ]);
    expect(await terminal.cursor()).toEqual({ row: 2, column: 0 });
  });

  test('are not broken by the ^C that the terminal prints', async () => {
    const terminal = openTerminal(40, 24);
    terminal.echo('^C');
    await watch(terminal);
    const replay = new Replay(recording);
    // Read right after the next frame: another frame would hide an error.
    await replay.until(recording.find(({ kind }) => kind === 'stage')?.startedAt ?? 0);
    expect((await terminal.screen())[0]).toMatch(/^\S bring up sixteen/);
    await replay.until(3050);
    terminal.echo('^C');
    await replay.until(3120);
    const lines = await terminal.screen();
    expect(lines.length).toBeGreaterThan(2);
    for (const line of lines) expect(line).toMatch(/^ *\S (bring up|keystore|cluster|store|host)/);
  });

  test('report the failed machine, and the reason once', async () => {
    const terminal = openTerminal(160, 24);
    await watch(terminal);
    const failure = new HarnessError({
      code: 'engine-not-ready',
      tried: 'machine host-05: start the engine',
      observed: 'dockerd ended; last line of its log: "no space left on device"',
      evidence: 'its log',
    });
    const titles = ['machine host-05: create', 'cluster', 'bring up sixteen'];
    await new Replay(
      recording,
      Object.fromEntries(titles.map((title) => [title, failure])),
    ).untilEnd();
    expect((await terminal.everything()).map(withoutTimes)).toEqual([
      '  ✔ keystore  TIME',
      '    ✖ machine host-05: create  TIME  machine host-05: start the engine: dockerd ended; last line of its log: "no space left on device"',
      '  ✖ cluster  TIME',
      '✖ bring up sixteen  TIME',
    ]);
  });

  test('keep other output above them, complete, even if it arrives in pieces', async () => {
    const terminal = openTerminal(80, 24);
    const stop = await watch(terminal);
    const replay = new Replay(recording);
    await replay.until(3000);
    terminal.stream.write('one line\nhalf a ');
    await replay.until(3500);
    terminal.stream.write('line\nno end');
    const lines = await terminal.everything();
    expect(lines.slice(0, 2)).toEqual(['one line', 'half a line']);
    expect(lines[2]).toContain('bring up sixteen');
    stop();
    expect(await terminal.everything()).toEqual(['one line', 'half a line', 'no end']);
  });
});

test('The first run on a computer has a line with progress for each download and each image', async () => {
  const terminal = openTerminal(80, 24);
  await watch(terminal);
  const recording = readRecording('first-up');
  const replay = new Replay(recording);
  const transfers = recording.filter(({ kind }) => kind === 'transfer');
  const steps = transfers.flatMap(({ title, progress, endedAt }) =>
    progress.map(([at, text], index) => {
      const until = Math.min(progress[index + 1]?.[0] ?? Infinity, endedAt);
      return { title, text, at, isLong: until - at > 300 };
    }),
  );
  for (const { title, text, at } of steps
    .filter((one) => one.isLong)
    .toSorted((one, other) => one.at - other.at)) {
    await replay.until(at + 200);
    expect((await terminal.screen()).join('\n')).toContain(`${title}  ${text}`);
  }
  await replay.untilEnd();
  const everything = (await terminal.everything()).join('\n');
  for (const { title } of transfers) expect(everything).toMatch(`✔ ${title} `);
  expect(transfers.length).toBeGreaterThan(8);
});

test('A check ends with a line for each host, with its examined layers', async () => {
  const terminal = openTerminal(80, 24);
  await watch(terminal);
  await new Replay(readRecording('check-of-16-hosts')).untilEnd();
  const lines = await terminal.everything();
  expect(lines).toHaveLength(17);
  expect(lines.slice(0, 2).map(withoutTimes)).toEqual([
    '  ✔ host-01  engine, gossip, probe, path to the store, kernel  TIME',
    '  ✔ host-02  engine, gossip, probe, path to the store, kernel  TIME',
  ]);
  expect(withoutTimes(lines.at(-1) ?? '')).toBe(
    '✔ check topology sixteen  store, swarm, names, paths, application  TIME',
  );
});

function withoutTimes(line: string): string {
  return line.replaceAll(/(\d+ min )?\d+(\.\d)? s\b/g, 'TIME');
}
