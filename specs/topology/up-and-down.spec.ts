import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe } from 'vitest';
import { createNetnsProvider } from '../../helpers/machine/netns/provider.ts';
import { connectEngine } from '../../helpers/docker/engine.ts';
import { testCommandsInside } from './commands-inside.ts';
import { testDrawing } from './drawing.ts';
import { expect, expectNothingLeft, expectUntouched } from './lab.ts';
import { expectRefusal, test } from './running.ts';

// In this order: the cluster of all tests is torn down last.
describe('a topology', { shuffle: false }, () => {
  describe('overlay-e2e up --json', () => {
    test('prints one document on standard output, and nothing else', async ({ running }) => {
      const { exitCode, stdout, stderr } = running.up;
      expect(exitCode, stderr).toBe(0);
      const document: unknown = JSON.parse(stdout);
      expect(stdout).toBe(`${JSON.stringify(document, null, 2)}\n`);
    });

    test('describes each machine, network and container as the engines do', async ({ running }) => {
      const { lab, up } = running;
      const provider = createNetnsProvider({ store: lab.store });
      const asked = await Promise.all(
        ['mh-keystore', 'master-host', 'worker-host'].map(async (name) => {
          const machine = await provider.inspect(name);
          using engine = connectEngine(machine);
          const networks = (await engine.networks.list()).filter((one) => one.name === 'my-net');
          const { address } = machine;
          const { version } = await engine.version();
          const containers = (await engine.containers.list()).filter(({ name: one }) =>
            ['tomcat-app', 'mysqlserver'].includes(one),
          );
          const workload = containers.map(async (one) => ({
            container: one.name,
            id: one.id,
            machine: name,
            network: 'my-net',
            address: await (await engine.containers.find(one.name)).addressOn('my-net'),
          }));
          return {
            facts: {
              name,
              address,
              engineUrl: `tcp://${address}:2376`,
              engineVersion: version,
              engineBundle: '20.10.5',
            },
            networks,
            workload: await Promise.all(workload),
          };
        }),
      );
      const id = asked[1]?.networks[0]?.id;
      expect(id).toMatch(/^[0-9a-f]{64}$/);
      expect(JSON.parse(up.stdout)).toEqual({
        topology: 'seed',
        provider: 'netns',
        store: lab.store,
        stage: 'workload',
        cluster: { kind: 'consul', keystore: 'mh-keystore', advertise: 'eth1:2376' },
        machines: asked.map(({ facts }) => facts),
        networks: [{ name: 'my-net', id, subnet: '10.0.9.0/24', scope: 'global' }],
        workload: asked.flatMap(({ workload }) => workload),
        carEndpoint: `http://${asked[1]?.facts.address}:8080/rest-service-provider-1.0-SNAPSHOT/car/1`,
      });
      expect(asked.map(({ workload }) => workload.map(({ container }) => container))).toEqual([
        [],
        ['tomcat-app'],
        ['mysqlserver'],
      ]);
    });

    test('prints the URL at which the car service answers', async ({ running }) => {
      const { carEndpoint } = JSON.parse(running.up.stdout) as { carEndpoint: string };
      const answer = await fetch(carEndpoint, { signal: AbortSignal.timeout(10_000) });
      expect(answer.status).toBe(200);
      expect(await answer.json()).toMatchObject({ carId: 1, carName: 'Cruiser' });
    });

    test('reports progress on standard error, one line for each stage and none for commands', async ({
      running,
    }) => {
      const { stderr } = running.up;
      for (const stage of ['keystore', 'cluster', 'network', 'workload', 'bring up seed']) {
        expect(stderr).toMatch(new RegExp(`^\\[.*\\] +${stage}  [\\d.]+ s$`, 'm'));
      }
      expect(stderr).not.toContain('$ ');
    });

    test('keeps the document in the state directory, for later commands', async ({ running }) => {
      const { lab, up } = running;
      expect(await readFile(join(lab.store, 'topology.json'), 'utf8')).toBe(up.stdout);
    });
  });

  describe('overlay-e2e up', () => {
    test('rejects a state directory with machines, and does not change them', async ({
      running,
    }) => {
      const { lab } = running;
      const before = await lab.traces();
      const second = await lab.run('up', '--json');
      expectRefusal(
        second,
        `bring up seed in ${lab.store}: machines exist (master-host, mh-keystore, worker-host). Tear them down with "overlay-e2e down", use them with --reuse, change them into this topology with --converge (--dry-run shows the changes), or name another folder in MACHINE_STORAGE_PATH.`,
      );
      await expectUntouched(lab, before);
    });

    test('rejects an address range that the host routes already', async ({ running, lab }) => {
      const { machines } = JSON.parse(running.up.stdout) as { machines: { address: string }[] };
      const range = machines[0]?.address.replace(/\d+$/, '0/24') ?? '';
      const command = lab.startWith({ E2E_SUBNET: range }, 'up', '--json', '--until', 'keystore');
      expectRefusal(
        await command.ended,
        new RegExp(
          `^address range ${range}: this host already routes ${range} through e2e-\\w+. Set E2E_SUBNET to another range, or unset it to use a free one\\.$`,
        ),
      );
      await expectNothingLeft(lab);
    });

    test('rejects a state directory that another process uses, and so does down', async ({
      lab,
    }) => {
      const first = lab.start('up', '--until', 'keystore', '--verbose');
      await first.says('switch: bridge');
      first.signal('SIGSTOP', 'command');
      const busy = `use the state directory ${lab.store}: process ${first.pid} uses it for "bring up seed". Wait for that process, or name another folder in MACHINE_STORAGE_PATH.`;
      const [up, down] = await Promise.all([lab.run('up', '--json'), lab.run('down')]);
      expectRefusal(up, busy);
      expectRefusal(down, busy);
      first.signal('SIGCONT', 'command');
      const { exitCode, stdout, stderr } = await first.ended;
      expect(exitCode, stderr).toBe(0);
      // Output for people, without the commands that --verbose logs.
      expect(stdout).toMatch(
        /^seed is up after [\d.]+ s: provider netns, state directory .*\n  mh-keystore   tcp:\/\/[\d./]+:2376   engine [\d.]+.*\nnext: npx overlay-e2e down   tears it down\n$/,
      );
      expect(stderr).toMatch(/^\[.*\] +\$ docker run .* s  mh-keystore: docker run .*$/m);
      expect(await lab.run('down')).toMatchObject({ exitCode: 0 });
      await expectNothingLeft(lab);
    });
  });

  describe('overlay-e2e draw', testDrawing);

  describe('commands in a running topology', testCommandsInside);

  describe('overlay-e2e down', () => {
    test('removes everything that up created, and names it', async ({ running }) => {
      const { lab } = running;
      const down = await lab.run('down');
      expect(down).toMatchObject({
        exitCode: 0,
        stdout: 'Removed: master-host, mh-keystore, worker-host.\n',
      });
      await expectNothingLeft(lab);
    });

    test('creates and unpacks nothing for an empty state directory', async ({
      lab,
      onTestFinished,
    }) => {
      const cache = await mkdtemp(join(tmpdir(), 'overlay-e2e-cache-'));
      onTestFinished(() => rm(cache, { recursive: true }));
      const down = await lab.startWith({ XDG_CACHE_HOME: cache }, 'down').ended;
      expect(down).toMatchObject({ exitCode: 0, stdout: 'Nothing to remove.\n' });
      await expectNothingLeft(lab);
      // Node's own cache of the command's compiled code.
      expect(await readdir(join(cache, 'overlay-e2e'))).toEqual(['compiled']);
    });
  });
});
