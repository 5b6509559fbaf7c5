import { expect, test } from 'vitest';
import type { Engine } from '../../../../helpers/docker/engine.ts';
import { endpointsOf } from '../../../../helpers/check/derive/endpoints.ts';
import { observeEngineAgain } from '../../../../helpers/check/observe/engines.ts';
import { withValue } from '../../../../helpers/check/model/observed.ts';
import type { ContainerFacts } from '../../../../helpers/docker/containers/container-facts.ts';
import { containerOf, overlay } from '../healthy-cluster.ts';
import { serveEngine } from '../../docker/serve-engine.ts';
import { engineOf, hostOf } from '../observation.ts';

/** Returns an engine that has the overlay network and these containers when it is queried again. */
function engineWith(containers: readonly ContainerFacts[]): Engine {
  return {
    networks: {
      list: async () => await Promise.resolve([overlay]),
      inspect: async () => await Promise.resolve(overlay),
    },
    containers: {
      list: async () => await Promise.resolve(containers),
      inspect: async (id: string) => await Promise.resolve(containers.find((one) => one.id === id)),
    },
  } as unknown as Engine;
}

const { signal } = new AbortController();

test('A network that an engine reports only in response to a second query is not missing', async () => {
  // An engine with threads in deleted namespaces behaves like this.
  const engine = engineWith([]);
  const { value: first } = engineOf({ networks: [] });
  const again = await observeEngineAgain(first, engine, signal);
  expect(again).toMatchObject({ networks: [overlay], lateNetworks: [overlay.id] });
  expect((await observeEngineAgain(again, engine, signal)).networks).toEqual([overlay]);
});

test.each([
  ['stayed', [containerOf('web')], ['web']],
  ['was removed', [], []],
  ['was stopped', [containerOf('web', { status: 'exited', running: false })], []],
  ['was restarted', [containerOf('web', { startedAt: '2026-11-27T18:30:01Z' })], []],
  ['was added next to another one', [containerOf('web'), containerOf('new')], ['web']],
])(
  'the endpoints that every host must know, for a container that %s',
  async (_, later, expected) => {
    const { value: first } = engineOf({ networks: [overlay], containers: [containerOf('web')] });
    const again = await observeEngineAgain(first, engineWith(later), signal);
    const host = hostOf('worker-host', { engine: withValue(again) });
    expect(endpointsOf({ hosts: [host] }).map(({ container }) => container)).toEqual(expected);
  },
);

test('An engine that panics while it lists the containers of an overlay still answers', async () => {
  const network = {
    Name: 'front',
    Id: 'f'.repeat(25),
    Driver: 'overlay',
    Scope: 'swarm',
    IPAM: {},
  };
  const asked: string[] = [];
  const { engine } = await serveEngine(({ url = '', socket }, response) => {
    asked.push(url);
    if (url.includes('verbose')) socket.destroy();
    else if (/\/networks\/f+$/.test(url)) response.end(JSON.stringify(network));
    else response.end(JSON.stringify(url.includes('/networks') ? [network] : []));
  });
  const { value: first } = engineOf({ networks: [] });
  const { networks, unlistedOverlays } = await observeEngineAgain(first, engine, signal);
  expect(networks).toMatchObject([{ name: 'front', tasks: [] }]);
  expect(unlistedOverlays).toEqual([network.Id]);
  // Once is enough: the record of a container counts only if it is in both reads.
  const before = { ...first, unlistedOverlays: ['earlier'] };
  const again = await observeEngineAgain(before, engine, signal);
  expect(again.unlistedOverlays).toEqual(['earlier', network.Id]);
  expect(asked.some((url) => url.includes('verbose'))).toBe(true);
});
