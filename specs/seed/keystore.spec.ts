import { describe } from 'vitest';
import { openStore } from '../../helpers/cluster/open-store.ts';
import { fetchText } from './fetch-text.ts';
import { expect, test } from './lab.ts';

describe('The key-value store on mh-keystore', () => {
  test('Consul has elected itself as the only server and the leader', async ({ lab }) => {
    const store = storeUrl(lab.machine(lab.document.keystore).address);
    const leader = await fetchText(`${store}/v1/status/leader`);
    expect(JSON.parse(leader.body)).toMatch(/^\d+\.\d+\.\d+\.\d+:8300$/);
    const peers = await fetchText(`${store}/v1/status/peers`);
    expect(JSON.parse(peers.body)).toEqual([JSON.parse(leader.body)]);
  });

  test('it runs in a container named consul that publishes port 8500 on the machine', async ({
    lab,
  }) => {
    const engine = lab.engine(lab.document.keystore);
    const containers = await engine.containers.list();
    expect(containers).toHaveLength(1);
    const [{ id } = { id: '' }] = containers;
    const consul = await (await engine.containers.find(id)).inspect();
    expect(consul.running).toBe(true);
    expect(consul.hostname).toBe('consul');
    expect(consul.image).toContain('progrium/consul');
    expect(consul.ports['8500/tcp']?.map(({ port }) => port)).toEqual([8500]);
  });

  test('a value that is written to it is read back, and gone after it is deleted', async ({
    lab,
    onTestFinished,
  }) => {
    const key = `${storeUrl(lab.machine(lab.document.keystore).address)}/v1/kv/specs/greeting`;
    const value = `written at ${new Date().toISOString()}`;
    onTestFinished(async () => {
      await fetchText(key, { method: 'DELETE' });
    });
    expect(await fetchText(key, { method: 'PUT', body: value })).toMatchObject({ body: 'true' });
    expect(await fetchText(`${key}?raw&consistent`)).toMatchObject({ status: 200, body: value });
    await fetchText(key, { method: 'DELETE' });
    expect(await fetchText(`${key}?raw&consistent`)).toMatchObject({ status: 404 });
  });

  test('every host of the cluster reaches it on port 8500', async ({ lab, onTestFinished }) => {
    const store = openStore('consul', lab.machine(lab.document.keystore).address);
    const value = `written at ${new Date().toISOString()}`;
    onTestFinished(() => store.remove('specs/greeting'));
    await store.write('specs/greeting', value);
    expect(lab.hosts).toHaveLength(2);
    for (const { machine } of lab.hosts) {
      const asker = { provider: lab.provider, machine: machine.name };
      expect(await store.readFrom(asker, 'specs/greeting'), `asked from ${machine.name}`).toBe(
        value,
      );
    }
  });
});

function storeUrl(address: string): string {
  return `http://${address}:8500`;
}
