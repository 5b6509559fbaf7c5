import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, onTestFinished } from 'vitest';
import { askAbilities, engineAbilities } from '../../helpers/debian/engines/engine-capabilities.ts';
import { prepareEngineBundle } from '../../helpers/debian/engines/engine-bundle.ts';
import { findTopology } from '../../helpers/topology/topologies.ts';
import { NEXT_ENGINE, whyUnavailable } from '../engine-versions/why-unavailable.ts';
import { expect, type Lab, test } from '../topology/lab.ts';

const unavailable = await whyUnavailable(NEXT_ENGINE);

// On machines without their own kernel. The download is too large for every run.
describe("The engine of Debian's next release", () => {
  test('has the abilities that are known before its download', async ({ skip }) => {
    skip(unavailable !== undefined, unavailable?.observed);
    const bundle = await prepareEngineBundle(NEXT_ENGINE);
    const known = await engineAbilities(NEXT_ENGINE);
    expect(await askAbilities(bundle)).toEqual({ ...known, version: bundle.version });
    expect(bundle.version).toMatch(/^\d+\.\d+\.\d+$/);
  });

  test('forms a swarm that a check finds healthy, and says its version', async ({ lab, skip }) => {
    skip(unavailable !== undefined, unavailable?.observed);
    const { version } = await prepareEngineBundle(NEXT_ENGINE);
    // Runs: npx overlay-e2e up swarm-mode --engine-bundle forky
    const up = await lab.run('up', 'swarm-mode', '--engine-bundle', 'forky', '--json');
    expect(up, up.stderr).toMatchObject({ exitCode: 0 });
    const engineVersion = expect.stringMatching(
      new RegExp(`^${version.replaceAll('.', '\\.')}\\b`),
    );
    expect(JSON.parse(up.stdout)).toMatchObject({
      machines: ['master-host', 'worker-host'].map((name) => ({
        name,
        engineBundle: NEXT_ENGINE,
        engineVersion,
      })),
    });
    await expectHealthy(lab);
  });

  test.for([
    [NEXT_ENGINE, '26.1.5'],
    ['26.1.5', NEXT_ENGINE],
  ] as const)(
    'is in one healthy swarm with another engine: manager %s, worker %s',
    async ([manager, worker], { lab, skip }) => {
      skip(unavailable !== undefined, unavailable?.observed);
      const folder = await mkdtemp(join(tmpdir(), 'next-engine-'));
      onTestFinished(() => rm(folder, { recursive: true }));
      const machines = [
        { name: 'master-host', engineBundle: manager },
        { name: 'worker-host', engineBundle: worker },
      ];
      await writeFile(
        join(folder, 'mixed.json'),
        JSON.stringify({ ...findTopology('swarm-mode'), name: 'mixed', machines }),
      );
      const up = await lab.runIn(folder, 'up', './mixed.json', '--json');
      expect(up, up.stderr).toMatchObject({ exitCode: 0 });
      expect(JSON.parse(up.stdout)).toMatchObject({ machines });
      await expectHealthy(lab);
    },
  );
});

async function expectHealthy(lab: Lab): Promise<void> {
  const check = await lab.run('check', '--json');
  expect(check, check.stderr).toMatchObject({ exitCode: 0 });
  expect(JSON.parse(check.stdout)).toMatchObject({ verdict: 'healthy', diagnoses: [] });
  const down = await lab.run('down');
  expect(down, down.stderr).toMatchObject({ exitCode: 0 });
}
