import { prepareEngineBundle } from '../netns/engine-bundle.ts';
import { type EnterCommand, enterCommand } from '../netns/enter.ts';
import type { MachineConfig } from '../netns/machine-config.ts';
import type { Store } from '../netns/store.ts';
import { prepareTools } from '../netns/tools.ts';

/** How to run `argv` inside of a machine. */
export async function enter(
  store: Store,
  config: MachineConfig,
  argv: readonly [string, ...string[]],
): Promise<EnterCommand> {
  const [tools, bundle] = await Promise.all([
    prepareTools(),
    prepareEngineBundle(config.Driver.Engine),
  ]);
  return enterCommand(store, config.Name, argv, { host: tools.env, machine: bundle.env });
}
