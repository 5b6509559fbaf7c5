import { describe } from 'vitest';
import { topologies } from '../../helpers/topology/topologies.ts';
import { expect, expectNothingLeft, test } from './lab.ts';

describe('overlay-e2e up of another topology than the seed', () => {
  test('makes that one, says so, and down removes all of it', async ({ lab }) => {
    const up = await lab.run('up', 'swarm-mode', '--until', 'cluster', '--json');
    expect(up.exitCode, up.stderr).toBe(0);
    expect(JSON.parse(up.stdout)).toMatchObject({
      topology: 'swarm-mode',
      cluster: { kind: 'swarm-mode', manager: 'master-host' },
      stage: 'cluster',
      machines: [{ name: 'master-host' }, { name: 'worker-host' }],
      networks: [],
      workload: [],
    });
    const down = await lab.run('down');
    expect(down.stdout).toBe('Taken down: master-host, worker-host.\n');
    await expectNothingLeft(lab);
  });

  test('of a name that there is not names those that there are, and starts nothing', async ({
    lab,
  }) => {
    const { exitCode, stdout, stderr } = await lab.run('up', 'swarm');
    const names = topologies.map(({ name }) => name).join(', ');
    expect(stderr).toBe(
      `overlay-e2e: find topology swarm: there is none of this name; there are ${names}\n`,
    );
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    await expectNothingLeft(lab);
  });

  test('of a classic Swarm, without an image of it, says what is missing, and starts nothing', async ({
    lab,
  }) => {
    const before = await lab.traces();
    const up = lab.startWith({ E2E_SWARM_IMAGE: '' }, 'up', 'classic-swarm');
    const { exitCode, stdout, stderr } = await up.ended;
    expect(stderr.trimEnd().split('\n').at(-1)).toMatch(
      /^overlay-e2e: stand up classic-swarm: no image of classic Swarm is named in E2E_SWARM_IMAGE, and no archive has one; set E2E_SWARM_IMAGE to /,
    );
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(await lab.traces()).toEqual(before);
  });

  test('up to a stage that it has not says so, and starts nothing', async ({ lab }) => {
    const { exitCode, stderr } = await lab.run('up', 'swarm-mode', '--until', 'keystore');
    expect(stderr).toBe(
      'overlay-e2e: stand up swarm-mode until keystore: swarm mode has no key-value store; take --until cluster\n',
    );
    expect(exitCode).toBe(1);
    await expectNothingLeft(lab);
  });
});
