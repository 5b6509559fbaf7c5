import { readFileSync } from 'node:fs';
import { say, type CommandContext } from '../context.ts';
import { queryVersion } from '../engine-connection.ts';
import { Failure } from '../failure.ts';
import { onlyTarget, urlOf } from '../host.ts';

const LIMIT = 10_000;

/** `version`: of this program; `version NAME`: of a machine's engine. */
export async function runVersion(context: CommandContext): Promise<void> {
  if (context.args.length === 0 || context.command.name !== 'version') {
    const file = new URL('../../../../package.json', import.meta.url);
    const { version } = JSON.parse(readFileSync(file, 'utf8')) as { version: string };
    say(`${context.program} version ${version}, build overlay-e2e`);
    return;
  }
  const host = onlyTarget(context);
  try {
    say(await queryVersion(urlOf(context, host), host.config, AbortSignal.timeout(LIMIT)));
  } catch (error) {
    throw new Failure(`Unable to query docker version: ${(error as Error).message}`);
  }
}
