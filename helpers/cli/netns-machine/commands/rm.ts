import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { confirm } from '../confirm.ts';
import { complain, type CommandContext, say } from '../context.ts';
import { driverOf } from '../hosts/drivers.ts';
import { Failure } from '../failure.ts';
import { loadOperations } from '../hosts/machine-operations.ts';
import { hostExists, loadHost } from '../hosts/host.ts';

/** `rm NAME…`: removes machines. The prompt's default, and the end of input, is no. */
export async function runRm(context: CommandContext): Promise<number> {
  const { args, command, flags, program } = context;
  if (args.length === 0) {
    const { commandUsage } = await import('../usage.ts');
    process.stdout.write(commandUsage(program, command));
    throw new Failure('Error: Expected to get one or more machine names as arguments');
  }
  const force = flags.on('force');
  say(`About to remove ${args.join(', ')}`);
  say('WARNING: This action will delete both local reference and remote instance.');
  if (!force && !flags.on('y') && (await confirm('Are you sure?')) !== 'yes') return 0;
  const removals = await Promise.allSettled(args.map((name) => remove(context, name)));
  for (const [index, removal] of removals.entries()) {
    const name = args[index] ?? '';
    if (removal.status === 'fulfilled') {
      say(`Successfully removed ${name}`);
      continue;
    }
    complain(`Error removing host "${name}": ${(removal.reason as Error).message}`);
    if (force) await forget(context, name);
  }
  return !force && removals.some(({ status }) => status === 'rejected') ? 1 : 0;
}

async function remove(context: CommandContext, name: string): Promise<void> {
  const host = loadHost(context, name);
  driverOf(host);
  await destroy(context, name, host.config.DriverName);
}

/** Removes a machine with --force even if its config.json is unreadable; its parts are known by its name. */
async function forget(context: CommandContext, name: string): Promise<void> {
  if (!hostExists(context.storage, name)) {
    complain(`Can't remove "${name}"`);
    return;
  }
  await destroy(context, name);
  say(`Successfully removed ${name}`);
}

async function destroy(context: CommandContext, name: string, driver = 'netns'): Promise<void> {
  if (driver !== 'none') await (await loadOperations(context)).provider.remove([name]);
  await rm(join(context.storage, 'machines', name), { recursive: true, force: true });
}
