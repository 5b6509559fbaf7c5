import { describe, expect, test } from 'vitest';
import {
  describeTasks,
  type ServiceTask,
} from '../../../../helpers/cluster/swarm-mode/service-tasks.ts';

const running: ServiceTask = {
  id: 't1',
  serviceId: 's1',
  slot: 1,
  name: 'web.1',
  node: 'one',
  nodeId: 'n1',
  createdAt: '2026-12-01T10:00:00Z',
  since: '2026-12-01T10:00:00Z',
  networks: [],
  state: 'running',
  desiredState: 'running',
  message: 'started',
  error: '',
  containerId: 'c1',
  addresses: {},
  addressesById: {},
};

function describeAll(due: readonly ServiceTask[], ended: readonly ServiceTask[] = [], desired = 2) {
  return describeTasks({ service: {} as never, due, all: [...ended, ...due], desired });
}

describe('the tasks of a service that do not run', () => {
  test('are counted, and named with their state', () => {
    const second = {
      ...running,
      slot: 2,
      name: 'web.2',
      node: 'two',
      state: 'preparing',
      message: 'preparing',
    };
    expect(describeAll([running, second])).toBe('1 of 2 run; web.2 on two: preparing (preparing)');
  });

  test('have the reason of the last task in their place that failed', () => {
    const waiting = { ...running, id: 't2', state: 'ready', message: 'accepted' };
    const failed = (since: string, error: string, node = 'two') => ({
      ...running,
      node,
      since,
      state: 'rejected',
      desiredState: 'shutdown',
      message: error,
      error,
    });
    const other = { ...failed('2026-12-01T10:03:00Z', 'of another place'), slot: 2, name: 'web.2' };
    expect(
      describeAll(
        [waiting],
        [
          failed('2026-12-01T10:01:00Z', 'No such image: web:1'),
          failed('2026-12-01T10:02:00Z', 'task: non-zero exit (1)'),
          other,
        ],
        1,
      ),
    ).toBe('0 of 1 run; web.1 on two: rejected (task: non-zero exit (1))');
  });

  test('of a global service have only reasons from their own node', () => {
    const waiting = { ...running, slot: 0, name: 'api', state: 'starting', message: 'starting' };
    const elsewhere = {
      ...waiting,
      nodeId: 'n2',
      node: 'two',
      state: 'failed',
      error: 'x',
      message: 'x',
    };
    expect(describeAll([waiting], [elsewhere])).toBe('0 of 2 run; api on one: starting (starting)');
  });

  test('without a node have no place, and a service without nodes says so', () => {
    const message = 'no suitable node (scheduling constraints not satisfied on 2 nodes)';
    const pending = { ...running, nodeId: '', node: '', state: 'pending', message, error: message };
    expect(describeAll([pending], [], 1)).toBe(`0 of 1 run; web.1: pending (${message})`);
    expect(describeAll([], [], 0)).toBe('0 of 0 run: no machine matches its constraints');
  });
});
