import { join } from 'node:path';
import { say, type CommandContext } from '../../context.ts';
import { socketOf } from '../../engine-connection.ts';
import { onlyTarget } from '../../hosts/host.ts';
import { reachableUrl } from './connection.ts';

/** `config NAME`: options for the docker client. */
export async function runConfig(context: CommandContext): Promise<void> {
  const host = onlyTarget(context);
  const url = await reachableUrl(context, host, 'Error running connection boilerplate');
  if (socketOf(url) !== undefined) {
    say(`-H=${url}`);
    return;
  }
  const folder = join(context.storage, 'machines', host.name);
  say('--tlsverify');
  say(`--tlscacert="${join(folder, 'ca.pem')}"`);
  say(`--tlscert="${join(folder, 'cert.pem')}"`);
  say(`--tlskey="${join(folder, 'key.pem')}"`);
  say(`-H=${url}`);
}
