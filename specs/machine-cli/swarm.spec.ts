import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openSwarmManager } from '../../helpers/cluster/classic-swarm/classic-swarm.ts';
import type { KeyValueStore } from '../../helpers/cluster/key-value/stores/key-value-store.ts';
import { waitForCluster } from '../../helpers/cluster/key-value/members.ts';
import { startStore } from '../../helpers/cluster/key-value/stores/start-store.ts';
import { connectEngine } from '../../helpers/docker/engine.ts';
import type { MachineProvider } from '../../helpers/machine/machine.ts';
import { createNetnsProvider } from '../../helpers/machine/netns/provider.ts';
import { prepareEngineBundle } from '../../helpers/debian/engines/engine-bundle.ts';
import { quoteForShell } from '../../helpers/process/run-command.ts';
import { prepareImage } from '../../helpers/workload/images/prepare-images.ts';
import { isSwarmImageNamed, NO_SWARM_IMAGE } from '../../helpers/workload/images/swarm.ts';
import { prepareBusyboxImage } from '../machine/busybox-image.ts';
import { stopAtFailure } from '../stop-at-failure.ts';
import { comparableOutput } from './client-output.ts';
import { comparableAnswer, expectedAnswer } from './compare.ts';
import { type Lab, openLab } from './lab.ts';
import { readRecordings, type Recording, SWARM_SCENARIO } from './recordings.ts';
import { firstOf, substitution } from './replay.ts';

/** The docker client and the release of classic Swarm with which the recordings were made. */
const CLIENT = '26.1.5';
const RELEASE = 'swarm/1.2.9';

const addresses: Record<string, string> = {};
let lab: Lab;
let provider: MachineProvider;
let store: KeyValueStore;
/** The reason why the client's recordings do not apply to this Swarm. */
let otherRelease: string | undefined;

beforeAll(async () => {
  if (!isSwarmImageNamed()) return;
  const words = process.env['E2E_SWARM_IMAGE'] ?? '';
  lab = await openLab({ E2E_SWARM_IMAGE: words.startsWith('.') ? resolve(words) : words });
  await writeFile(join(lab.home, 'bin/docker'), await clientScript(), { mode: 0o755 });
  provider = createNetnsProvider({ store: lab.store });
  const { tag, archive } = await prepareImage('consul', 'build');
  const images = archive === undefined ? [] : [archive];
  const keystore = await provider.create({ name: 'mh-keystore', images });
  ({ store } = await startStore('consul', connectEngine(keystore), { image: tag }));
  addresses['192.168.121.10:8500'] = `${store.address}:${store.port}`;
});
afterAll(async () => {
  if (isSwarmImageNamed()) await lab[Symbol.asyncDispose]();
});
beforeEach(({ skip }) => skip(!isSwarmImageNamed(), NO_SWARM_IMAGE));

// In the order of the recordings: each depends on the state that the previous ones leave.
describe('A classic Swarm that netns-machine created', { shuffle: false }, () => {
  stopAtFailure();

  for (const recording of readRecordings('making')) {
    const { name, command } = recording;
    test(`${name}: ${firstOf(command)} answers as docker-machine does, with an image of Swarm`, async () => {
      const substitute = substitution(lab, addresses);
      const { exitCode, stdout, stderr } = await lab.run(substitute(command));
      const recorded = expectedAnswer(recording, { substitute, without: [] });
      expect(comparableAnswer({ exit: exitCode, stdout, stderr })).toEqual({
        ...recorded,
        // Here, the key-value store's machine exists first and has created them.
        stdout: recorded.stdout.replaceAll(/^Creating (?:CA|client certificate): .*\n/gm, ''),
      });
    });
  }

  test('the two machines form a Swarm', async () => {
    const machines = await Promise.all(
      ['master-host', 'worker-host'].map((name) => provider.inspect(name)),
    );
    const [master, worker] = machines.map(({ address }) => address);
    addresses['192.168.121.101'] = `${master}`;
    addresses['192.168.121.102'] = `${worker}`;
    await waitForCluster(store, machines, { provider });
    const [first] = machines;
    if (first === undefined) throw new Error('no master');
    using manager = openSwarmManager(first);
    await manager.waitForNodes({ [`${master}:2376`]: 'Healthy', [`${worker}:2376`]: 'Healthy' });
    const { serverVersion } = await manager.engine.info();
    if (serverVersion !== RELEASE)
      otherRelease = `recorded of ${RELEASE}, this is ${serverVersion}`;
  });

  for (const recording of readRecordings(SWARM_SCENARIO)) {
    const { name, command } = recording;
    if (name === '26-swarm-run-c1') {
      test('both machines have the image of the Swarm containers', async () => {
        const archive = await prepareBusyboxImage('busybox:latest');
        for (const host of ['master-host', 'worker-host']) {
          using engine = connectEngine(await provider.inspect(host));
          expect(await engine.images.load(archive)).toEqual(['busybox:latest']);
        }
      });
    }
    const asked = command.replace(/^eval [^;]*; /, '');
    test(`${name}: ${firstOf(asked)} prints the output of docker-machine's own Swarm`, async ({
      skip,
    }) => {
      skip(otherRelease !== undefined, otherRelease);
      const substitute = substitution(lab, addresses);
      const { exitCode, stdout, stderr } = await lab.run(substitute(command));
      expect(comparable({ exit: exitCode, stdout, stderr })).toEqual(
        comparable({
          exit: recording.exit,
          stdout: substitute(recording.stdout),
          stderr: substitute(recording.stderr),
        }),
      );
    });
  }
});

function comparable({ exit, stdout, stderr }: Pick<Recording, 'exit' | 'stdout' | 'stderr'>) {
  return { exit, stdout: comparableOutput(stdout), stderr: comparableOutput(stderr) };
}

/** Returns a `docker` script for the PATH that runs the requested version. */
async function clientScript(): Promise<string> {
  const { env } = await prepareEngineBundle(CLIENT);
  const settings = Object.entries(env).map(([key, value]) => quoteForShell(`${key}=${value}`));
  return `#!/bin/sh\nexec env ${settings.join(' ')} docker "$@"\n`;
}
