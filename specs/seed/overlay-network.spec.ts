import { describe } from 'vitest';
import { done, notYet, waitFor } from '../../helpers/process/wait-for.ts';
import { attach } from '../../helpers/report/evidence.ts';
import { expect, type Lab, test } from './lab.ts';

describe('The overlay network my-net', () => {
  test('both hosts know it by the same id, and each knows only one', async ({ lab }) => {
    const known = await Promise.all(
      lab.hosts.map(async ({ machine, networks }) => {
        const namesakes = (await networks.list()).filter(({ name }) => name === 'my-net');
        return { machine: machine.name, ids: namesakes.map(({ id }) => id) };
      }),
    );
    expect(lab.document.networks).toMatchObject([{ name: 'my-net' }]);
    const [{ id } = { id: '' }] = lab.document.networks;
    expect(id).toMatch(/^[0-9a-f]{64}$/);
    expect(known).toEqual(lab.hosts.map(({ machine: { name } }) => ({ machine: name, ids: [id] })));
  });

  test('its driver is overlay, its scope global, its subnet exactly 10.0.9.0/24, on both hosts', async ({
    lab,
  }) => {
    for (const { machine, networks } of lab.hosts) {
      const network = await networks.inspect('my-net');
      await attach(`network inspect my-net on ${machine.name}`, network.raw);
      const { driver, scope } = network;
      expect({ driver, scope }, machine.name).toEqual({ driver: 'overlay', scope: 'global' });
      expect(network.subnets, machine.name).toEqual(['10.0.9.0/24']);
    }
  });

  test('the engine of the keystore does not know it', async ({ lab }) => {
    const names = (await lab.engine(lab.document.keystore).networks.list()).map(({ name }) => name);
    expect(names.toSorted()).toEqual(['bridge', 'host', 'none']);
  });

  test('an overlay created on worker-host is on master-host with the same id, until it is removed', async ({
    lab,
    onTestFinished,
  }) => {
    const [master, worker] = hostsOf(lab);
    const created = await worker.networks.create({
      name: 'made-on-worker',
      driver: 'overlay',
      subnet: '10.0.10.0/24',
    });
    onTestFinished(async () => {
      const left = (await worker.networks.list()).filter(({ id }) => id === created.id);
      for (const { id } of left) await worker.networks.remove(id);
    });
    const seen = await waitFor(
      'master-host: made-on-worker appears',
      async () => done(await master.networks.inspect('made-on-worker')),
      { limit: 25_000 },
    );
    expect(seen).toMatchObject({ id: created.id, driver: 'overlay', subnet: '10.0.10.0/24' });

    await worker.networks.remove(created.id);
    await waitFor(
      'master-host: made-on-worker disappears',
      async () => {
        const names = (await master.networks.list()).map(({ name }) => name);
        return names.includes('made-on-worker') ? notYet(names.join(', ')) : done(undefined);
      },
      { limit: 25_000 },
    );
  });

  test('a bridge network beside it stays on the host where it was created', async ({
    lab,
    onTestFinished,
  }) => {
    const [master, worker] = hostsOf(lab);
    const bridge = await master.networks.create({ name: 'beside', driver: 'bridge' });
    onTestFinished(() => master.networks.remove(bridge.id));
    expect(bridge).toMatchObject({ driver: 'bridge', scope: 'local' });
    expect((await master.networks.list()).map(({ name }) => name)).toContain('beside');

    // An overlay that is created after it has reached the other host: so would the bridge have, did it travel.
    const later = await master.networks.create({
      name: 'after-beside',
      driver: 'overlay',
      subnet: '10.0.11.0/24',
    });
    onTestFinished(() => master.networks.remove(later.id));
    const onWorker = await waitFor(
      'worker-host: after-beside appears',
      async () => {
        const names = (await worker.networks.list()).map(({ name }) => name);
        return names.includes('after-beside') ? done(names) : notYet(names.join(', '));
      },
      { limit: 25_000 },
    );
    expect(onWorker).not.toContain('beside');
  });
});

function hostsOf(lab: Lab) {
  const [master, worker] = lab.hosts;
  if (master === undefined || worker === undefined) throw new Error('two hosts expected');
  return [master, worker] as const;
}
