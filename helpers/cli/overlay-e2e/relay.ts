import { readFileSync } from 'node:fs';
import { openRelay, relayCertificates } from '../../docker/endpoints/relay.ts';
import { RELAY_PORT, RELAY_SECRET } from '../../topology/target/probe-service.ts';
import { toPositive } from './commands/argument-parsers.ts';

const SOCKET = '/var/run/docker.sock';

/**
 * `overlay-e2e relay SECONDS`: the program of the tasks of `check --probe-service`. It ends by itself, even if nothing
 * removes its service.
 */
export async function runRelay(seconds = ''): Promise<void> {
  const lifetime = toPositive(seconds) * 1000;
  const text = readFileSync(`/run/secrets/${RELAY_SECRET}`, 'utf8');
  await openRelay(relayCertificates.parse(JSON.parse(text)), { port: RELAY_PORT, socket: SOCKET });
  // The first process of a container ignores signals without a handler.
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => process.exit());
  setTimeout(() => process.exit(), lifetime);
}
