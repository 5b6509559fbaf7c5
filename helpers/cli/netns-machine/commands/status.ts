import { say, type CommandContext } from '../context.ts';
import { driverOf } from '../hosts/drivers.ts';
import { Failure } from '../failure.ts';
import type { Host } from '../hosts/host-config.ts';
import { onlyTarget } from '../hosts/host.ts';

/** `status NAME`. */
export async function runStatus(context: CommandContext): Promise<void> {
  const host = onlyTarget(context);
  say(state(context, host));
}

function state(context: CommandContext, host: Host): string {
  try {
    return driverOf(host).state(context, host);
  } catch (error) {
    throw new Failure(`error getting state for host ${host.name}: ${(error as Error).message}`);
  }
}
