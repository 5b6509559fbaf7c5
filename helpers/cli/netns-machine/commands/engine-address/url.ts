import { say, type CommandContext } from '../../context.ts';
import { onlyTarget, urlOf } from '../../hosts/host.ts';

/** `url NAME`. */
export async function runUrl(context: CommandContext): Promise<void> {
  say(urlOf(context, onlyTarget(context)));
}
