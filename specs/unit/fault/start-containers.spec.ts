import { describe, expect, test } from 'vitest';
import { startContainers } from '../../../helpers/fault/start-containers.ts';

const step = { do: 'start-containers', machine: 'master-host', list: '/run/list' } as const;

/** A machine whose attempts fail with these texts in turn, and then succeed. The scripts that it ran come with it. */
function refusing(...refusals: string[]) {
  const scripts: string[] = [];
  const run = (_machine: string, argv: readonly string[]) => {
    const script = argv.at(-1) ?? '';
    scripts.push(script);
    const stderr = script.includes('docker start "') ? (refusals.shift() ?? '') : '';
    return Promise.resolve({ exitCode: stderr === '' ? 0 : 1, stdout: '', stderr });
  };
  return { run, scripts };
}

describe('The containers of a killed machine', () => {
  test('start at the third attempt if a swarm refuses two', async () => {
    const machine = refusing(
      'Error response from daemon: attaching to network failed, context deadline exceeded',
      'Error response from daemon: network luixhw1x5n4r4ht84e02vmftj not found',
    );
    await startContainers(machine, step);
    expect(machine.scripts.map((script) => script.includes('docker start'))).toEqual([
      true,
      true,
      true,
    ]);
  });

  test('start after the database of the networks was deleted, once, if their endpoints are stuck', async () => {
    const stuck = 'network sandbox join failed: could not get network sandbox (oper true)';
    const machine = refusing(stuck, stuck);
    await startContainers(machine, step);
    expect(machine.scripts.map((script) => script.includes('local-kv.db'))).toEqual([
      false,
      true,
      false,
      false,
    ]);
  });
});
