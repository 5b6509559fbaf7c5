import type {
  KeyValueStore,
  KeyValueStoreKind,
} from '../../../cluster/key-value/stores/key-value-store.ts';
import { startStore } from '../../../cluster/key-value/stores/start-store.ts';
import { connectEngine } from '../../../docker/engine.ts';
import type { Machine } from '../../../machine/machine.ts';
import { onMachine } from '../../../process/activity.ts';
import type { PreparedImage } from '../../../workload/images/prepare-images.ts';
import { provideImage } from '../../../workload/provide-image.ts';
import { runStage } from './run-stage.ts';

/** Runs the key-value store on its machine. Ready when it has a leader and returns a value that was written to it. */
export async function bringUpKeystore(
  kind: KeyValueStoreKind,
  machine: Promise<Machine>,
  image: Promise<PreparedImage>,
  signal: AbortSignal,
): Promise<KeyValueStore> {
  return await runStage('keystore', async () => {
    using engine = connectEngine(await machine);
    const prepared = await image;
    return await onMachine(engine.machine.name, async () => {
      await provideImage(engine, prepared, { signal });
      return (await startStore(kind, engine, { image: prepared.tag, signal })).store;
    });
  });
}
