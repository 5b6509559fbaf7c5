import { expect, test } from 'vitest';
import { containerAnswer } from '../../../../helpers/docker/containers/container-facts.ts';

function statusOf(status: string, running: boolean) {
  const State = { Status: status, Running: running, ExitCode: 0, Error: '', Pid: 1, StartedAt: '' };
  return containerAnswer.parse({
    Id: 'c1',
    Name: '/web',
    Image: 'sha256:1',
    RestartCount: 0,
    State,
    HostConfig: {},
    Config: { Image: 'web', Hostname: 'web', Tty: false, Labels: null, Env: null },
    NetworkSettings: { Networks: null, Ports: null },
  }).status;
}

test('a status of a newer engine counts as running or exited, without an error', () => {
  expect(statusOf('paused', true)).toBe('paused');
  expect(statusOf('hibernating', true)).toBe('running');
  expect(statusOf('archived', false)).toBe('exited');
});
