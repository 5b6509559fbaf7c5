import type { CommandContext } from '../../context.ts';
import { Failure } from '../../failure.ts';

/** `mount`: refused, since it goes by SSH, which machines of this provider do not have. */
export async function runMount(context: CommandContext): Promise<void> {
  const { args, command, flags, program } = context;
  if (args.length !== (flags.on('unmount') ? 1 : 2)) {
    const { commandUsage } = await import('../../usage.ts');
    process.stdout.write(commandUsage(program, command));
    throw new Failure('Improper number of arguments');
  }
  throw new Failure(
    `mount ${args[0]}: sshfs needs an SSH server, which machines of the driver netns do not have. Copy with "${program} scp", or start the container with the folder as a volume.`,
  );
}
