import { expect, test } from 'vitest';
import { othersOf, waitUntilDeparted } from '../../../../helpers/cluster/swarm-mode/swarm-mode.ts';
import { serveEngine } from '../../docker/serve-engine.ts';

test('the gossip of an engine must know all members but itself', () => {
  const members = ['one', 'two', 'three'].map((name, at) => ({ name, address: `10.0.0.${at}` }));
  expect(othersOf('two', members).map(({ name }) => name)).toEqual(['one', 'three']);
  expect(othersOf('one', members.slice(0, 1))).toEqual([]);
});

test('a removed address is free when no engine lists it among its peers any more', async () => {
  const ingress = { Name: 'ingress', Id: 'i', Driver: 'overlay', Scope: 'swarm', IPAM: {} };
  const member = async (readsWithIt: number) => {
    const asked: string[] = [];
    const { engine } = await serveEngine(({ url = '' }, response) => {
      asked.push(url);
      const gone = asked.length > readsWithIt ? [] : ['10.0.0.2'];
      const peers = ['10.0.0.1', ...gone].map((IP) => ({ Name: '', IP }));
      response.end(JSON.stringify({ ...ingress, Peers: peers }));
    });
    return { engine, asked };
  };
  const [first, second] = await Promise.all([member(0), member(2)]);
  await waitUntilDeparted('10.0.0.2', [first.engine, second.engine]);
  expect(first.asked).toHaveLength(1);
  expect(second.asked).toHaveLength(3);

  const keeps = await member(Number.POSITIVE_INFINITY);
  await expect(waitUntilDeparted('10.0.0.2', [keeps.engine], { limit: 300 })).rejects.toThrow(
    'gossip has forgotten 10.0.0.2',
  );
});
