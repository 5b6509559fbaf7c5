import { setTimeout as delay } from 'node:timers/promises';
import { describe } from 'vitest';
import { openStore } from '../../helpers/netns/state/store.ts';
import { withStoreLock } from '../../helpers/netns/state/store-lock.ts';
import { expect, expectNothingLeft, test } from './lab.ts';

const hail = ['SIGINT', 'SIGTERM', 'SIGINT', 'SIGHUP'] as const;
const exitCodes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

// A moment is identified by the progress line of the last completed step. A terminal sends Ctrl-C to the whole group.
describe('an interrupted up tears everything down', () => {
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
  ] as const)('after %s to the %s at "%s"', async ([signal, to, moment], { lab }) => {
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

  test('after a second, impatient Ctrl-C', async ({ lab }) => {
    const up = lab.start('up', '--until', 'keystore', '--verbose');
    await up.says('mh-keystore: docker run progrium/consul');
    up.signal('SIGINT', 'group');
    await up.says('removing everything');
    up.signal('SIGINT', 'group');
    expect(await up.ended).toMatchObject({ exitCode: 130 });
    await expectNothingLeft(lab);
  });

  test('after many signals in a row, which kill every command of the tear-down', async ({
    lab,
  }) => {
    const up = lab.start('up', '--until', 'keystore', '--verbose');
    await up.says('machine mh-keystore: boot');
    // At varying moments, because a signal kills the command that is running.
    let round = 0;
    while (round < 40 && up.signal(hail[round % hail.length] ?? 'SIGINT', 'group')) {
      round += 1;
      await delay(round % 7);
    }
    const { exitCode, signal, stdout, stderr } = await up.ended;
    // Of the signals that arrive while a process is busy, it receives the one with the lowest number first.
    const [, first] =
      /^overlay-e2e: interrupted by (\w+); removing everything$/m.exec(stderr) ?? [];
    expect(stderr.trimEnd().split('\n').at(-1)).toBe(`overlay-e2e: interrupted by ${first}`);
    // A signal that arrives after Node has removed its handlers at its exit ends the process by that signal.
    if (signal === undefined) expect(exitCodes).toHaveProperty(first ?? 'none', exitCode);
    expect(stdout).toBe('');
    await expectNothingLeft(lab);
  });
});

describe('an interrupted down continues to its end', () => {
  test.for([
    ['SIGINT', 'group'],
    ['SIGTERM', 'command'],
    ['SIGHUP', 'group'],
  ] as const)('after %s to the %s', async ([signal, to], { lab }) => {
    await lab.makeMachine('one');
    const down = lab.start('down', '--verbose');
    // It waits for the lock of the state directory until it has received the signal.
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
