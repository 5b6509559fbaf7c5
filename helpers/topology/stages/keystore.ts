import type { KeyValueStore } from '../../cluster/key-value-store.ts';
import { startConsul } from '../../cluster/start-consul.ts';
import { connectEngine } from '../../engine/engine.ts';
import type { Machine } from '../../machine/machine.ts';
import { activity } from '../../process/activity.ts';
import type { PreparedImage } from '../../workload/images/prepare-images.ts';

/** Runs the key-value store on its machine. Ready when it leads and gives back what was written to it. */
export async function standUpKeystore(
  machine: Promise<Machine>,
  image: Promise<PreparedImage>,
  signal: AbortSignal,
): Promise<KeyValueStore> {
  return await activity('stage', 'keystore', async () => {
    using engine = connectEngine(await machine);
    const { store } = await startConsul(engine, { image: (await image).tag, signal });
    return store;
  });
}
