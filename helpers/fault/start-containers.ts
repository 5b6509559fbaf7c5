import type { MachineProvider } from '../machine/machine.ts';
import { done, notYet, waitFor } from '../process/waits/wait-for.ts';
import type { FaultStep } from './fault.ts';

/** Milliseconds for one attempt: an engine may restore many containers. */
const ATTEMPT_LIMIT = 300_000;

/** Milliseconds until containers must be able to start after a power failure: a few attempts in a swarm. */
const START_LIMIT = 120_000;

/**
 * Starts containers. After a power failure, engine 20.10 takes the endpoints of overlay networks in its database for
 * running ones and refuses to start their containers ("could not get network sandbox"), also after restarts. The usual
 * cure is to delete the database. It also has the user's networks of this engine; with any, nothing is deleted.
 *
 * A swarm assigns an address to a container at its start. It cannot do this until its manager has a leader that regards the
 * node as ready, which takes longer than an engine waits after the loss of the only manager (20 s, `swarmRequestTimeout`
 * in moby's daemon/cluster/cluster.go).
 */
export async function startContainers(
  provider: Pick<MachineProvider, 'run'>,
  { machine, list }: Extract<FaultStep, { do: 'start-containers' }>,
): Promise<void> {
  const start = [
    `[ -e ${list} ] || exit 0`,
    `for container in $(cat ${list}); do`,
    // A container with --rm is gone.
    '  docker inspect "$container" >/dev/null 2>&1 || continue',
    '  docker start "$container" >/dev/null',
    'done',
    `rm ${list}`,
  ].join('\n');
  const renew = [
    'own=$(docker network ls --filter scope=local --filter type=custom --format "{{.Name}}" | grep -vx docker_gwbridge || :)',
    '[ -z "$own" ] || { echo "it would delete networks that a user created: $own" >&2; exit 1; }',
    'service docker stop',
    'rm -f /var/lib/docker/network/files/local-kv.db',
    'service docker start',
  ].join('\n');
  const title = `${machine}: start the containers again`;
  const run = async (script: string, expect: readonly number[] = [0]) =>
    await provider.run(machine, ['sh', '-ec', script], { title, limit: ATTEMPT_LIMIT, expect });
  let isRenewed = false;
  const tryToStart = async () => {
    const { exitCode, stderr } = await run(start, [0, 1]);
    if (exitCode === 0) return done(undefined);
    if (!isRenewed && stderr.includes('could not get network sandbox')) {
      isRenewed = true;
      await run(renew);
    }
    return notYet(stderr.trim().replaceAll('\n', '; '));
  };
  // Errors other than a refused start are no reason to try again.
  await waitFor(title, tryToStart, { limit: START_LIMIT, every: 1000, fatal: () => true });
}
