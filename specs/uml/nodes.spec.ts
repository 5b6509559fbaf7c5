import { describe, expect } from 'vitest';
import { auditCluster } from '../../helpers/check/audit.ts';
import type { AuditReport } from '../../helpers/check/model/report.ts';
import { renderVerdict } from '../../helpers/report/text/render-report.ts';
import { attach } from '../../helpers/report/results/evidence.ts';
import { done, notYet, waitFor } from '../../helpers/process/waits/wait-for.ts';
import { changeValidity, createAuthority } from '../faults/certificates.ts';
import { BUSYBOX } from '../machine/busybox-image.ts';
import type { SwarmLab } from '../swarm-mode/lab.ts';
import { swarmTest } from '../swarm-mode/swarm-test.ts';
import { stopAtFailure } from '../stop-at-failure.ts';
import { findingsOf, textOf, typeFixes } from './findings.ts';
import { type Inside, names, runOnBoth, waitForPath } from './two-nodes.ts';

const DAY = 24 * 3_600_000;

/** A swarm whose worker advertises another address of its machine than the one at which its engine is reached. */
interface NodesLab {
  readonly names: typeof names;
  /** The first address of the worker, from which its kernel sends. */
  readonly advertised: string;
  readonly inside: Inside;
  readonly audit: () => Promise<AuditReport>;
  /** Returns when a container on the manager reaches the other one. */
  readonly settle: () => Promise<void>;
}

const test = swarmTest().extend('lab', { scope: 'file' }, async ({ swarm }): Promise<NodesLab> => {
  const { manager, worker, provider, tokens } = swarm;
  const inside: Inside = async (node, script) =>
    (await provider.run(node, ['sh', '-ec', script], { limit: 120_000 })).stdout.trim();
  const advertised = worker.machine.address.replace(/\d+$/, '200');
  const { swarmNode } = await worker.info();
  const { address } = worker.machine;
  await inside(
    'worker',
    `docker swarm leave
sysctl -q -w net.ipv4.conf.eth1.promote_secondaries=1
ip address add ${advertised}/24 dev eth1
ip address del ${address}/24 dev eth1
ip address add ${address}/24 dev eth1`,
  );
  await inside('manager', `docker node rm --force ${swarmNode?.id ?? ''}`);
  const join = ['docker', 'swarm', 'join', '--advertise-addr', advertised, '--token'];
  await inside('worker', [...join, tokens.worker, `${manager.machine.address}:2377`].join(' '));
  await inside('manager', 'docker network create --driver overlay --attachable shared');
  await runOnBoth(inside, 'shared');
  return {
    names,
    advertised,
    inside,
    audit: async () => {
      const hosts = [
        { name: 'manager', address: manager.machine.address, engine: manager },
        { name: 'worker', address: advertised, engine: worker },
      ];
      return await auditCluster(
        { name: 'nodes', hosts, isComplete: true, expectations: {} },
        { limit: 120_000 },
      );
    },
    settle: async () => await waitForPath(inside),
  };
});

/** Checks, and returns the findings by code and location, without fields that are not set. */
async function findings(lab: Pick<NodesLab, 'audit'>) {
  const report = await lab.audit();
  await attach('the result of the check', renderVerdict(report, { color: false, width: 100 }));
  return { report, found: findingsOf(report) };
}

const CERTIFICATE = '/var/lib/docker/swarm/certificates/swarm-node.crt';

/** Replaces the certificate of the worker by one with another period, in days from now. */
async function replaceCertificate(
  { inside }: NodesLab,
  authority: ReturnType<typeof createAuthority>,
  [from, until]: readonly [from: number, until: number],
): Promise<void> {
  const pem = await inside('worker', `cat ${CERTIFICATE}`);
  const dates = {
    from: new Date(Date.now() + from * DAY),
    until: new Date(Date.now() + until * DAY),
  };
  const changed = changeValidity(pem, dates, authority);
  await inside('worker', `cat >${CERTIFICATE} <<'END'\n${changed}END`);
}

/** Makes the swarm use an authority whose key we have. */
async function changeAuthority({ inside }: NodesLab) {
  const authority = createAuthority();
  await inside(
    'manager',
    `cd /run; umask 077
cat >ca.pem <<'END'\n${authority.certificate}END
cat >ca.key <<'END'\n${authority.key}END
docker swarm ca --rotate --quiet --ca-cert ca.pem --ca-key ca.key; rm ca.pem ca.key`,
  );
  return authority;
}

/** Prints the command that joins the worker to the swarm, and has it type the command. */
async function joinAgain({ inside, advertised }: NodesLab, { manager }: SwarmLab): Promise<void> {
  const token = await inside('manager', 'docker swarm join-token --quiet worker');
  await inside(
    'worker',
    `docker swarm leave --force
docker swarm join --advertise-addr ${advertised} --token ${token} ${manager.machine.address}:2377`,
  );
  await inside(
    'manager',
    `for id in $(docker node ls --format '{{.ID}} {{.Status}}' | sed -n 's/ Down$//p'); do docker node rm "$id"; done`,
  );
}

const worker = { host: 'worker' };

describe('A check of the nodes of a swarm', { shuffle: false }, () => {
  stopAtFailure();

  test('finds nothing wrong', async ({ lab }) => {
    await lab.settle();
    const { report, found } = await findings(lab);
    expect(found).toEqual([]);
    expect(report).toMatchObject({ verdict: 'healthy' });
    expect(
      report.comparisons.filter(({ name }) =>
        ['clocks', 'advertised-addresses', 'node-certificates', 'clients-supported'].includes(name),
      ),
    ).toMatchObject(Array.from({ length: 4 }, () => ({ state: 'passed' })));
  });

  test('is incomplete, and names the network, if an overlay has IPv6', async ({ lab }) => {
    const subnets = '--subnet 10.66.0.0/24 --subnet fd66::/64';
    await lab.inside('manager', `docker network create --driver overlay --ipv6 ${subnets} six`);
    const { report, found } = await findings(lab);
    await lab.inside('manager', 'docker network rm six');
    expect(found).toEqual([]);
    expect(report).toMatchObject({ verdict: 'incomplete' });
    expect(report.comparisons.find(({ name }) => name === 'ipv4-only')).toMatchObject({
      state: 'skipped',
      reason: 'IPv6 is not examined: network six',
    });
  });

  test.for([
    { way: 'the host has lost it', move: '' },
    { way: 'another host has it now', move: 'ip address add $ADDRESS/24 dev eth1; ' },
  ])('finds advertised-address-absent alone: $way', async ({ move }, { lab, swarm }) => {
    const { advertised, inside } = lab;
    await inside('worker', `ip address del ${advertised}/24 dev eth1`);
    await inside('manager', `ADDRESS=${advertised}; ${move}:`);
    await inside('manager', `ip neigh flush all`);
    const { found } = await findings(lab);
    if (move !== '') await inside('manager', `ip address del ${advertised}/24 dev eth1`);
    const { address } = swarm.worker.machine;
    // The first address again.
    await inside(
      'worker',
      `ip address add ${advertised}/24 dev eth1; ip address del ${address}/24 dev eth1; ip address add ${address}/24 dev eth1`,
    );
    await inside('manager', `ip neigh flush all`);
    await lab.settle();
    expect(found).toEqual([{ code: 'advertised-address-absent', where: worker }]);
    expect((await findings(lab)).found).toEqual([]);
  });

  test.for([
    { way: 'the client of Docker in a container', command: 'docker ps' },
    {
      way: 'a program that asks again and again',
      command: 'while :; do docker info; sleep 1; done',
    },
  ])('finds client-too-old alone: $way', async ({ command }, { lab }) => {
    const { inside } = lab;
    // The machine's own client of Docker, with its libraries.
    await inside(
      'worker',
      `docker run -d --name panel -e DOCKER_API_VERSION=1.12 -v /var/run/docker.sock:/var/run/docker.sock \\
-v "$(command -v docker)":/bin/docker:ro -v /usr/lib:/lib:ro -v /usr/lib64:/lib64:ro \\
${BUSYBOX} sh -c '${command}; exec busybox sleep 1000'`,
    );
    await waitFor(
      'the engine refuses a request',
      async () => {
        const log = await inside('worker', 'docker logs panel 2>&1');
        return log.includes('too old') ? done(undefined) : notYet(log.slice(-200));
      },
      { limit: 60_000 },
    );
    const { found } = await findings(lab);
    await inside('worker', 'docker rm -f panel');
    expect(found).toEqual([{ code: 'client-too-old', where: { ...worker, container: 'panel' } }]);
  });

  test('has a note about a node that the managers lost several times, in different ways', async ({
    lab,
    swarm,
  }) => {
    const isSaid = async () => {
      const { report, found } = await findings(lab);
      expect(found).toEqual([]);
      return report.notes.filter((note) => note.includes('managers lost'));
    };
    const becomes = async (state: string) => {
      await waitFor(
        `the worker is ${state}`,
        async () => {
          const nodes = await swarm.manager.nodes.list({ quiet: true });
          const { state: now } = nodes.find(({ role }) => role === 'worker') ?? {};
          return now === state ? done(undefined) : notYet(`it is ${now}`);
        },
        { limit: 120_000, every: 1000 },
      );
    };
    await lab.inside('worker', 'systemctl stop docker');
    await becomes('down');
    await lab.inside('worker', 'systemctl start docker');
    await becomes('ready');
    await lab.settle();
    expect(await isSaid()).toEqual([]);
    const rule = 'OUTPUT -p tcp --dport 2377 -j DROP';
    await lab.inside('worker', `iptables -I ${rule}`);
    await becomes('down');
    await lab.inside('worker', `iptables -D ${rule}`);
    await becomes('ready');
    await lab.settle();
    const { name } = await swarm.worker.info();
    expect(await isSaid()).toEqual([
      expect.stringContaining(`The managers lost the node ${name} 2 times within an hour`),
    ]);
  });

  test('finds certificate-expired alone, and its fix works: an old certificate was restored', async ({
    lab,
  }) => {
    await replaceCertificate(lab, await changeAuthority(lab), [-100, -10]);
    const { report, found } = await findings(lab);
    expect(found).toEqual([{ code: 'certificate-expired', where: worker }]);
    await typeFixes(report, lab);
    await waitFor(
      'the certificate is new',
      async () => {
        const { found: left } = await findings(lab);
        return left.length === 0 ? done(undefined) : notYet(JSON.stringify(left));
      },
      { limit: 60_000 },
    );
  });

  test('finds certificate-expired alone, and its fix works: the engine has not renewed it', async ({
    lab,
  }) => {
    await replaceCertificate(lab, await changeAuthority(lab), [-87, 3]);
    const { report, found } = await findings(lab);
    expect(found).toEqual([{ code: 'certificate-expired', where: worker }]);
    await typeFixes(report, lab);
    await lab.settle();
    const after = await findings(lab);
    expect(after.found).toEqual([]);
    expect(after.report, textOf(after.report)).toMatchObject({ verdict: 'healthy' });
  });

  test('finds certificate-expired alone: the engine was off for too long', async ({
    lab,
    swarm,
  }) => {
    await replaceCertificate(lab, await changeAuthority(lab), [-100, -10]);
    await lab.inside('worker', 'systemctl restart docker || true');
    await waitFor(
      'the engine refuses its certificate',
      async () => {
        const { swarmError } = await swarm.worker.info({ quiet: true });
        return swarmError === '' ? notYet('no error') : done(undefined);
      },
      { limit: 60_000 },
    );
    const { found } = await findings(lab);
    expect(found).toEqual([{ code: 'certificate-expired', where: worker }]);
    await joinAgain(lab, swarm);
  });
});
