import { prepareEngineBundle } from '../../debian/engines/engine-bundle.ts';
import { prepareTools } from '../../debian/tools.ts';
import type { EnterCommand, PassingMode } from '../../netns/boot/enter.ts';
import type { MachineConfig } from '../../netns/state/machine-config.ts';
import type { Store } from '../../netns/state/store.ts';
import { type CommandResult, runCommand } from '../../process/run-command.ts';
import { commandInside } from '../../uml/commands/command-inside.ts';
import { guestEnvironment } from '../../uml/root/guest-environment.ts';
import { prepareGuestRoot } from '../../uml/root/guest-root.ts';
import type { RunOptions } from '../machine.ts';

/** Returns a command that runs `argv` in a machine. */
export async function enter(
  store: Store,
  config: MachineConfig,
  argv: readonly [string, ...string[]],
  mode: PassingMode,
): Promise<EnterCommand> {
  const [root, bundle, tools] = await Promise.all([
    prepareGuestRoot(),
    prepareEngineBundle(config.Driver.Engine),
    prepareTools(),
  ]);
  const inside = commandInside(store, config.Name, argv, guestEnvironment(root, bundle), mode);
  // A machine with its own kernel has no terminal of this computer.
  return { ...inside, env: tools.env, readsTerminal: false };
}

/** Runs `argv` as root inside of a machine. Its output comes at the end. */
export async function runInside(
  store: Store,
  config: MachineConfig,
  argv: readonly [string, ...string[]],
  options: Omit<RunOptions, 'openInput' | 'onOutput'>,
): Promise<CommandResult> {
  const { file, args, env } = await enter(store, config, argv, 'run');
  return await runCommand(file, args, {
    title: `${config.Name}: ${argv.join(' ')}`,
    ...options,
    env,
  });
}
