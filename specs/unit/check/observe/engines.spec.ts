import { expect, test } from 'vitest';
import type { Engine } from '../../../../helpers/docker/engine.ts';
import { endpointsOf } from '../../../../helpers/check/derive/endpoints.ts';
import { observeEngineAgain } from '../../../../helpers/check/observe/engines.ts';
import { withValue } from '../../../../helpers/check/model/observed.ts';
import type { ContainerFacts } from '../../../../helpers/docker/containers/container-facts.ts';
import { containerOf, overlay } from '../healthy-cluster.ts';
import { engineOf, hostOf } from '../observation.ts';

/** An engine that has the overlay and these containers when it is asked again. */
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

test('a network that an engine names only when it is asked once more is not missing', async () => {
  // As an engine does of whose threads some sit in namespaces that are gone.
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
  ['came beside another one', [containerOf('web'), containerOf('new')], ['web']],
])(
  'endpoints that must be known everywhere, of a container that %s',
  async (_, later, expected) => {
    const { value: first } = engineOf({ networks: [overlay], containers: [containerOf('web')] });
    const again = await observeEngineAgain(first, engineWith(later), signal);
    const host = hostOf('worker-host', { engine: withValue(again) });
    expect(endpointsOf({ hosts: [host] }).map(({ container }) => container)).toEqual(expected);
  },
);
