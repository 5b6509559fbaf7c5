import { prepareEngineBundle } from '../../debian/engines/engine-bundle.ts';
import { type EnterCommand, enterCommand } from '../../netns/boot/enter.ts';
import type { MachineConfig } from '../../netns/state/machine-config.ts';
import type { Store } from '../../netns/state/store.ts';
import { prepareTools } from '../../debian/tools.ts';

/** Returns a command that runs `argv` in a machine. */
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
