import { describe } from 'vitest';
import { expect, expectNothingLeft, type Lab, test } from './lab.ts';

describe('overlay-e2e up of another topology than the seed', () => {
  test('brings it up with the requested engine, and down removes everything', async ({ lab }) => {
    // Runs: npx overlay-e2e up swarm-mode
    // Runs: npx overlay-e2e up swarm-mode --engine-bundle 20.10.24
    const engine = ['--engine-bundle', '20.10.24'] as const;
    const up = await lab.run('up', 'swarm-mode', ...engine, '--until', 'cluster', '--json');
    expect(up.exitCode, up.stderr).toBe(0);
    expect(JSON.parse(up.stdout)).toMatchObject({
      topology: 'swarm-mode',
      cluster: { kind: 'swarm-mode', manager: 'master-host' },
      stage: 'cluster',
      machines: ['master-host', 'worker-host'].map((name) => ({
        name,
        engineBundle: '20.10.24',
        engineVersion: expect.stringMatching(/^20\.10\.24\b/),
      })),
      networks: [],
      workload: [],
    });
    const down = await lab.run('down');
    expect(down.stdout).toBe('Removed: master-host, worker-host.\n');
    await expectNothingLeft(lab);
  });

  test('with an unknown name suggests one, and starts nothing', async ({ lab }) => {
    await expectRefusal(
      lab,
      ['swarm'],
      'unknown topology "swarm". Did you mean "swarm-mode" or "swarm-services"?',
    );
  });

  test("with an overlay on the machines' subnet names both, and starts nothing", async ({
    lab,
  }) => {
    const before = await lab.traces();
    const { exitCode, stderr } = await lab.startWith({ E2E_SUBNET: '10.0.0.0/16' }, 'up').ended;
    expect(stderr.trimEnd().split('\n').at(-1)).toMatch(
      /^overlay-e2e: topology seed: the subnet 10\.0\.9\.0\/24 of network my-net overlaps the machines' subnet 10\.0\.0\.0\/16\. Set E2E_SUBNET to /,
    );
    expect(exitCode).toBe(2);
    expect(await lab.traces()).toEqual(before);
  });

  test('with an engine that cannot be in its cluster reports it, and starts nothing', async ({
    lab,
  }) => {
    await expectRefusal(
      lab,
      ['etcd', '--engine-bundle', '26.1.5'],
      'etcd cluster of master-host, worker-host: engine 26.1.5 has no --cluster-store: key-value clusters need 20.10 or older. Use engine 20.10.5 or 20.10.24, or swarm mode.',
    );
  });

  test('of a classic Swarm without its image reports the missing image, and starts nothing', async ({
    lab,
  }) => {
    const before = await lab.traces();
    const up = lab.startWith({ E2E_SWARM_IMAGE: '' }, 'up', 'classic-swarm');
    const { exitCode, stdout, stderr } = await up.ended;
    expect(stderr.trimEnd().split('\n').at(-1)).toMatch(
      /^overlay-e2e: bring up classic-swarm: no image of classic Swarm is named in E2E_SWARM_IMAGE, and no distribution contains one. Set E2E_SWARM_IMAGE to /,
    );
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(await lab.traces()).toEqual(before);
  });

  test('up to an unsupported stage reports it, and starts nothing', async ({ lab }) => {
    await expectRefusal(
      lab,
      ['swarm-mode', '--until', 'keystore'],
      'bring up swarm-mode until keystore: swarm mode has no key-value store. Use --until cluster.',
    );
  });
});

async function expectRefusal(lab: Lab, words: readonly string[], line: string): Promise<void> {
  const before = await lab.traces();
  const { exitCode, stdout, stderr } = await lab.run('up', ...words);
  expect(stderr.trimEnd().split('\n').at(-1)).toBe(`overlay-e2e: ${line}`);
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
  expect(await lab.traces()).toEqual(before);
}
