import { expect, test } from 'vitest';
import { diagnoseDifferences } from '../../../../helpers/check/diagnose/diagnose.ts';
import { containerDown } from '../../../../helpers/check/diagnose/engines/containers.ts';
import type { Difference } from '../../../../helpers/check/model/difference.ts';
import { observationOf } from '../observation.ts';

function down(error: string, status: 'exited' | 'dead' = 'exited'): Difference {
  return {
    kind: 'container-not-running',
    where: { host: 'worker-host', container: 'mysqlserver' },
    expected: 'running',
    observed: { status, exitCode: 255, restartCount: 0, error },
    text: 'mysqlserver on worker-host has exited with code 255',
  };
}

/** Returns the programs of the fix for a container that ended with this error of its engine. */
function fixOf(error: string, status?: 'exited' | 'dead'): string[] {
  const [finding] = diagnoseDifferences([down(error, status)], observationOf({}), [containerDown]);
  return (finding?.action?.commands ?? []).map((words) => words.slice(0, 2).join(' '));
}

test('a container that ended is started', () => {
  expect(fixOf('')).toEqual(['docker start']);
});

test('a dead container, which no engine starts, is removed', () => {
  expect(fixOf('', 'dead')).toEqual(['docker rm']);
});

test('a container that an engine refuses after a power failure gets a new database first', () => {
  // The error of engine 20.10.5 on a machine that was killed.
  const error =
    'network sandbox join failed: network sandbox join failed: could not get network sandbox (oper true): failed get network namespace "": no such file or directory';
  expect(fixOf(error)).toEqual([
    'systemctl stop',
    'rm /var/lib/docker/network/files/local-kv.db',
    'systemctl start',
    'docker start',
  ]);
});
