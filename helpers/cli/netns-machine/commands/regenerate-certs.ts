import { complain, type CommandContext, say } from '../context.ts';
import { confirm } from '../confirm.ts';
import { driverOf } from '../hosts/drivers.ts';
import { Failure } from '../failure.ts';
import { loadOperations } from '../hosts/machine-operations.ts';
import type { Host } from '../hosts/host-config.ts';
import { loadTargets } from '../hosts/host.ts';

/** `regenerate-certs NAME…`: new server certificates, and engines that use them. */
export async function runRegenerateCerts(context: CommandContext): Promise<number> {
  if (!context.flags.on('force')) {
    const answer = await confirm('Regenerate TLS machine certs?  Warning: this is irreversible.');
    if (answer === 'end of input') throw new Failure('EOF');
    if (answer === 'no') return 0;
  }
  say('Regenerating TLS certificates');
  const hosts = loadTargets(context);
  if (context.flags.on('client-certs')) {
    say('Regenerating local certificates');
    await (await loadOperations(context)).regenerateAuthority();
  }
  const endings = await Promise.allSettled(hosts.map((host) => regenerate(context, host)));
  const failures = endings.flatMap((end) => (end.status === 'rejected' ? [end.reason] : []));
  for (const failure of failures) complain((failure as Error).message);
  return failures.length > 0 ? 1 : 0;
}

async function regenerate(context: CommandContext, host: Host): Promise<void> {
  if (host.config.DriverName === 'none') {
    throw new Failure('hosts without a driver have no certificates');
  }
  if (driverOf(host).state(context, host) !== 'Running') {
    throw new Failure(`Machine "${host.name}" is not running. Start it first.`);
  }
  const { regenerateCertificates } = await loadOperations(context);
  say('Copying certs to the local machine directory...');
  await regenerateCertificates(host.name);
  say('Setting Docker configuration on the remote daemon...');
}
