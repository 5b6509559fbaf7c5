import { describe } from 'vitest';
import { expect, test } from './lab.ts';

describe('the store through which the engines find each other', () => {
  test('has a single server, which is its leader', async ({ lab }) => {
    const servers = await lab.cluster.store.servers();
    expect(servers).toEqual([{ name: expect.stringMatching(/./), leads: true }]);
  });

  test('runs alone on its machine, in a container that publishes its port', async ({
    lab,
    skip,
  }) => {
    const { container: name, machine, port } = lab.cluster.store;
    if (name === undefined) {
      skip('the managers of a swarm are engines, not containers');
      return;
    }
    const engine = lab.engine(machine.name);
    const containers = await engine.containers.list();
    expect(containers).toHaveLength(1);
    const [{ id } = { id: '' }] = containers;
    const facts = await (await engine.containers.find(id)).inspect();
    expect(facts.running).toBe(true);
    expect(facts.hostname).toBe(name);
    expect(facts.image).toContain(name);
    // Newer engines publish it on IPv6 too, and list both.
    const published = facts.ports[`${port}/tcp`]?.map((one) => one.port);
    expect(new Set(published)).toEqual(new Set([port]));
  });

  test('returns a written value until it is deleted', async ({ lab, onTestFinished }) => {
    const { store } = lab.cluster;
    const key = 'specs/greeting';
    const value = `written at ${new Date().toISOString()}`;
    onTestFinished(() => store.remove(key));
    await store.write(key, value);
    expect(await store.read(key)).toBe(value);
    await store.remove(key);
    expect(await store.read(key)).toBeUndefined();
  });

  test('is reachable from every host of the cluster', async ({ lab, onTestFinished }) => {
    const { store } = lab.cluster;
    const key = 'specs/seen-from';
    const value = `written at ${new Date().toISOString()}`;
    onTestFinished(() => store.remove(key));
    await store.write(key, value);
    expect(lab.hosts).toHaveLength(2);
    for (const { machine } of lab.hosts) {
      const asker = { provider: lab.provider, machine: machine.name };
      expect(await store.readFrom(asker, key), `read from ${machine.name}`).toBe(value);
    }
  });
});
