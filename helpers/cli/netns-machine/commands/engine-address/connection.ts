import { checkConnection, hostOf } from '../../engine-connection.ts';
import { Failure } from '../../failure.ts';
import type { Host } from '../../hosts/host-config.ts';
import { swarmUrl, urlOf } from '../../hosts/host.ts';
import type { CommandContext } from '../../context.ts';

const LIMIT = 10_000;

/**
 * The URL of a machine's engine, or of its Swarm manager with `--swarm`, after a handshake with it.
 *
 * @param tried the begin of the error
 */
export async function reachableUrl(
  context: CommandContext,
  host: Host,
  tried: string,
): Promise<string> {
  try {
    const url = pick(context, host);
    await check(context, url, host);
    return url;
  } catch (error) {
    throw new Failure(`${tried}: ${(error as Error).message}`);
  }
}

function pick(context: CommandContext, host: Host): string {
  const url = urlOf(context, host);
  if (!context.flags.on('swarm')) return url;
  const { Master, Host } = host.config.HostOptions.SwarmOptions;
  if (!Master) {
    throw new Error(
      `"${host.name}" is not a swarm master. The --swarm flag is intended for use with swarm masters`,
    );
  }
  return swarmUrl(url, Host);
}

async function check(context: CommandContext, url: string, host: Host): Promise<void> {
  try {
    await checkConnection(url, host.config, LIMIT);
  } catch (error) {
    throw new Error(
      `Error checking and/or regenerating the certs: There was an error validating certificates for host "${hostOf(url)}": ${(error as Error).message}
You can attempt to regenerate them using '${context.program} regenerate-certs [name]'.
Be advised that this will trigger a Docker daemon restart which might stop running containers.
`,
      { cause: error },
    );
  }
}
