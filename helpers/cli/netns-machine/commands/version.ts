import { say, type CommandContext } from '../context.ts';
import { queryVersion } from '../engine-connection.ts';
import { Failure } from '../failure.ts';
import { onlyTarget, urlOf } from '../hosts/host.ts';
import { programVersion } from '../program-version.ts';

const LIMIT = 10_000;

/** `version`: of this program; `version NAME`: of a machine's engine. */
export async function runVersion(context: CommandContext): Promise<void> {
  if (context.args.length === 0 || context.command.name !== 'version') {
    say(`${context.program} version ${programVersion(context.program)}`);
    return;
  }
  const host = onlyTarget(context);
  try {
    say(await queryVersion(urlOf(context, host), host.config, AbortSignal.timeout(LIMIT)));
  } catch (error) {
    throw new Failure(`Unable to query docker version: ${(error as Error).message}`);
  }
}
