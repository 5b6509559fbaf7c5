import { describe, expect } from 'vitest';
import { renderVerdict } from '../../helpers/report/text/render-report.ts';
import { attach } from '../../helpers/report/results/evidence.ts';
import { done, notYet, waitFor } from '../../helpers/process/waits/wait-for.ts';
import { BUSYBOX } from '../machine/busybox-image.ts';
import { auditSwarm, type SwarmLab } from '../swarm-mode/lab.ts';
import { swarmTest } from '../swarm-mode/swarm-test.ts';
import { publicIssues } from './public-issues.ts';

// Runs every block of docs/public-issues.md

const test = swarmTest('own');

type Run = (node: 'manager' | 'worker', script: string) => Promise<string>;

const runIn =
  ({ provider }: SwarmLab): Run =>
  async (node, script) =>
    (await provider.run(node, ['sh', '-ec', script], { limit: 300_000 })).stdout.trim();

/** Removes everything that a reader created, and waits for the end of all tasks. */
async function cleanUp(run: Run): Promise<void> {
  await run(
    'manager',
    `for service in $(docker service ls --quiet); do docker service rm $service; done
[ -f /etc/docker/daemon.json ] || exit 0
echo '{"live-restore": false}' >/etc/docker/daemon.json
kill -HUP $(cat /var/run/docker.pid)
until docker info --format '{{.LiveRestoreEnabled}}' | grep -qx false; do sleep 0.1; done
rm /etc/docker/daemon.json`,
  );
  await waitFor(
    'all containers and networks are removed',
    async () => {
      const script = `docker ps --all --quiet
for network in $(docker network ls --format '{{.Name}}' --filter driver=overlay | grep -vx ingress); do docker network rm $network 2>&1; done`;
      const left = [await run('worker', 'docker ps --all --quiet'), await run('manager', script)];
      return left.join('') === '' ? done(undefined) : notYet(left.join('\n').slice(-300));
    },
    { limit: 120_000, every: 1000 },
  );
}

describe('A check of a cluster with the problem of a public issue', { shuffle: false }, () => {
  test.for(publicIssues())('$title', async ({ commands, codes }, { swarm }) => {
    const run = runIn(swarm);
    for (const node of ['manager', 'worker'] as const) {
      await run(node, `docker tag ${BUSYBOX} busybox:latest`);
    }
    try {
      await run('manager', commands);
      const report = await auditSwarm('swarm', swarm);
      const verdict = renderVerdict(report, { color: false, width: 80 });
      await attach('the result of the check', verdict);
      // The swarm decides which nodes and tasks have a finding.
      expect(new Set(report.diagnoses.map(({ code }) => code)), verdict).toEqual(new Set(codes));
    } finally {
      await cleanUp(run);
    }
  });
});
