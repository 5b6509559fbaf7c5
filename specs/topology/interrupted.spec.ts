import { setTimeout as delay } from 'node:timers/promises';
import { describe } from 'vitest';
import { openStore } from '../../helpers/netns/state/store.ts';
import { withStoreLock } from '../../helpers/netns/state/store-lock.ts';
import { expect, expectNothingLeft, test } from './lab.ts';

const hail = ['SIGINT', 'SIGTERM', 'SIGINT', 'SIGHUP'] as const;
const exitCodes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

// A moment is the line that tells of what was done last. A terminal sends its Ctrl-C to the whole group.
describe('up that is interrupted takes everything down', () => {
  test.for([
    ['SIGINT', 'group', 'provider netns'],
    ['SIGTERM', 'command', 'switch: namespace'],
    ['SIGINT', 'command', 'switch: link'],
    ['SIGHUP', 'group', 'machine mh-keystore: network namespace and link'],
    ['SIGTERM', 'group', 'machine mh-keystore: boot'],
    ['SIGINT', 'group', 'mh-keystore: docker run progrium/consul'],
    ['SIGINT', 'command', 'machine master-host: switch port'],
    ['SIGHUP', 'command', 'machine worker-host: boot'],
    ['SIGTERM', 'group', 'cluster  '],
    ['SIGINT', 'group', 'master-host: docker network create my-net'],
    ['SIGTERM', 'command', 'master-host: docker start tomcat-app'],
  ] as const)('by %s to the %s after «%s»', async ([signal, to, moment], { lab }) => {
    const up = lab.start('up', '--json', '--verbose');
    await up.says(moment);
    up.signal(signal, to);
    const { exitCode, stdout, stderr } = await up.ended;
    expect(exitCode, stderr).toBe(exitCodes[signal]);
    expect(stdout).toBe('');
    expect(stderr).toContain(`overlay-e2e: interrupted by ${signal}; removing everything\n`);
    expect(stderr.trimEnd().split('\n').at(-1)).toBe(`overlay-e2e: interrupted by ${signal}`);
    await expectNothingLeft(lab);
  });

  test('also under a second Ctrl-C of someone who cannot wait', async ({ lab }) => {
    const up = lab.start('up', '--until', 'keystore', '--verbose');
    await up.says('mh-keystore: docker run progrium/consul');
    up.signal('SIGINT', 'group');
    await up.says('removing everything');
    up.signal('SIGINT', 'group');
    expect(await up.ended).toMatchObject({ exitCode: 130 });
    await expectNothingLeft(lab);
  });

  test('also under a hail of signals, in which every command of the take-down dies', async ({
    lab,
  }) => {
    const up = lab.start('up', '--until', 'keystore', '--verbose');
    await up.says('machine mh-keystore: boot');
    // Never at the same place: what a signal ends is whatever command runs just then.
    let round = 0;
    while (round < 40 && up.signal(hail[round % hail.length] ?? 'SIGINT', 'group')) {
      round += 1;
      await delay(round % 7);
    }
    const { exitCode, signal, stdout, stderr } = await up.ended;
    // Of signals that come while a process is busy, it gets the one with the lowest number first.
    const [, first] =
      /^overlay-e2e: interrupted by (\w+); removing everything$/m.exec(stderr) ?? [];
    expect(stderr.trimEnd().split('\n').at(-1)).toBe(`overlay-e2e: interrupted by ${first}`);
    // One that comes when all is done, and Node has given up its handlers as its last act, ends it in a shell's own way.
    if (signal === undefined) expect(exitCodes).toHaveProperty(first ?? 'none', exitCode);
    expect(stdout).toBe('');
    await expectNothingLeft(lab);
  });
});

describe('down that is interrupted goes on to its end', () => {
  test.for([
    ['SIGINT', 'group'],
    ['SIGTERM', 'command'],
    ['SIGHUP', 'group'],
  ] as const)('by %s to the %s', async ([signal, to], { lab }) => {
    await lab.makeMachine('one');
    const down = lab.start('down', '--verbose');
    // Under the lock of the store it comes so far, and no further before it has heard the signal.
    await withStoreLock(openStore(lab.store), async () => {
      await down.says('provider netns');
      down.signal(signal, to);
      await down.says('still removing everything');
    });
    const { exitCode, stderr } = await down.ended;
    expect(exitCode, stderr).toBe(exitCodes[signal]);
    expect(stderr).toContain(`overlay-e2e: interrupted by ${signal}; still removing everything\n`);
    await expectNothingLeft(lab);
  });
});
