import { describe } from 'vitest';
import { expect, expectNothingLeft, test } from './lab.ts';

const exitCodes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

describe('overlay-e2e up that is interrupted leaves nothing', () => {
  // Each moment is the line that tells of what was done last; to its group is how a terminal sends it.
  test.for([
    ['SIGINT', 'group', 'provider netns'],
    ['SIGTERM', 'command', 'switch: namespace'],
    ['SIGINT', 'command', 'switch: link'],
    ['SIGHUP', 'group', 'machine mh-keystore: network namespace and link'],
    ['SIGTERM', 'group', 'machine mh-keystore: boot'],
    ['SIGINT', 'group', 'mh-keystore: docker run progrium/consul'],
    ['SIGINT', 'command', 'machine master-host: port of the switch'],
    ['SIGHUP', 'command', 'machine worker-host: boot'],
    ['SIGTERM', 'group', 'cluster  '],
    ['SIGINT', 'group', 'master-host: docker network create my-net'],
  ] as const)('%s to the %s after «%s»', async ([signal, to, moment], { lab }) => {
    const up = lab.start('up', '--until', 'network', '--json', '--verbose');
    await up.says(moment);
    up.signal(signal, to);
    const { exitCode, stdout, stderr } = await up.ended;
    expect(exitCode, stderr).toBe(exitCodes[signal]);
    expect(stdout).toBe('');
    expect(stderr).toContain(`overlay-e2e: interrupted by ${signal}; taking everything down\n`);
    expect(stderr.trimEnd().split('\n').at(-1)).toBe(`overlay-e2e: interrupted by ${signal}`);
    await expectNothingLeft(lab);
  });
});
