import { expect, test } from 'vitest';
import type { Engine } from '../../../../helpers/engine/engine.ts';
import { observeEngineAgain } from '../../../../helpers/check/observe/engines.ts';
import { overlay } from '../healthy-cluster.ts';
import { engineOf } from '../observation.ts';

test('a network that an engine names only when it is asked once more is not missing', async () => {
  // As an engine does of whose threads some sit in namespaces that are gone.
  const engine = {
    networks: {
      list: async () => await Promise.resolve([overlay]),
      inspect: async () => await Promise.resolve(overlay),
    },
  } as unknown as Engine;
  const { signal } = new AbortController();
  const { seen: first } = engineOf({ networks: [] });
  const again = await observeEngineAgain(first, engine, signal);
  expect(again.networks).toEqual([overlay]);
  expect((await observeEngineAgain(again, engine, signal)).networks).toEqual([overlay]);
});
