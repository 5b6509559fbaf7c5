import { say, type CommandContext } from '../context.ts';
import { driverOf } from '../hosts/drivers.ts';
import { hostOf } from '../engine-connection.ts';
import { loadTargets } from '../hosts/host.ts';

/** `ip NAME…`: the addresses, in the order of the names. */
export async function runIp(context: CommandContext): Promise<void> {
  for (const host of loadTargets(context)) {
    say(host.config.Driver.IPAddress || hostOf(driverOf(host).url(host)));
  }
}
