import { say, type CommandContext } from '../../context.ts';
import { driverOf } from '../../hosts/drivers.ts';
import { Failure } from '../../failure.ts';
import { hostNames, loadHost, swarmUrl } from '../../hosts/host.ts';

/** `active`: the machine that DOCKER_HOST points to, be it to its engine or to its Swarm manager. */
export async function runActive(context: CommandContext): Promise<void> {
  if (context.args.length > 0) throw new Failure('Error: Too many arguments given');
  const active = hostNames(context.storage).find((name) => isActive(context, name));
  if (active === undefined) throw new Failure('No active host found');
  say(active);
}

function isActive(context: CommandContext, name: string): boolean {
  const pointedTo = context.environment['DOCKER_HOST'];
  if (pointedTo === undefined || pointedTo === '') return false;
  try {
    const host = loadHost(context, name);
    const driver = driverOf(host);
    const url = driver.url(host);
    const { Master, Host } = host.config.HostOptions.SwarmOptions;
    const points = pointedTo === url || (Master && pointedTo === swarmUrl(url, Host));
    return points && driver.state(context, host) === 'Running';
  } catch (error) {
    // A machine that cannot be read is not the active one.
    if (error instanceof Failure) return false;
    throw error;
  }
}
