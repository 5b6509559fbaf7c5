import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test as base, describe, expect, vi } from 'vitest';
import { createUmlProvider } from '../../helpers/machine/uml/provider.ts';
import { allSettled } from '../../helpers/process/errors/harness-error.ts';
import { BUSYBOX, prepareBusyboxImage } from '../machine/busybox-image.ts';

const names = ['swarm-1', 'swarm-2'] as const;

/** Serves the name of its container, and ends on SIGTERM. */
const WEB = `busybox mkdir /www; busybox hostname >/www/index.html
trap 'exit 0' TERM; busybox httpd -f -p 80 -h /www & wait`;

const STAYS = "trap 'exit 0' TERM; while :; do busybox sleep 1 & wait; done";

/**
 * Two nodes with an encrypted network, a container of it on each node, and a service with a published port. The provider
 * is a separate fixture: Vitest does not clean up after a fixture that fails.
 */
const test = base
  // oxlint-disable-next-line eslint/no-empty-pattern -- Vitest reads from it what the fixture needs: nothing.
  .extend('provider', { scope: 'file' }, async ({}, { onCleanup }) => {
    const store = await mkdtemp(join(tmpdir(), 'uml-swarm-'));
    const provider = createUmlProvider({ store });
    onCleanup(async () => {
      await provider.remove(names);
      await provider.cleanUp();
      await rm(store, { recursive: true, force: true });
    });
    return provider;
  })
  .extend('swarm', { scope: 'file' }, async ({ provider }) => {
    const images = [await prepareBusyboxImage()];
    const [one, two] = await allSettled(
      'create',
      names.map((name) => provider.create({ name, images, engineBundle: '26.1.5' })),
    );
    if (one === undefined || two === undefined) throw new Error('a machine is missing');
    const inside = async (name: string, text: string): Promise<string> =>
      (await provider.run(name, ['sh', '-c', text], { limit: 180_000 })).stdout.trim();
    await inside(one.name, `docker swarm init --advertise-addr ${one.address}`);
    const token = await inside(one.name, 'docker swarm join-token --quiet worker');
    await inside(two.name, `docker swarm join --token ${token} ${one.address}:2377`);
    await inside(
      one.name,
      'docker network create --driver overlay --attachable --opt encrypted secret',
    );
    const task = `--no-resolve-image --replicas 2 --replicas-max-per-node 1 --publish 8080:80 --network secret`;
    await inside(
      one.name,
      `docker service create --quiet --name web ${task} ${BUSYBOX} sh -c "${WEB}"`,
    );
    for (const { name } of [one, two]) {
      await inside(
        name,
        `docker run -d --name on-${name} --network secret ${BUSYBOX} sh -c "${STAYS}"`,
      );
    }
    return { one, two, inside };
  });

// Commands inside take seconds.
const patience = { timeout: 120_000, interval: 1000 };

describe('A swarm of machines with their own kernel', () => {
  test('reaches both tasks of a service through one virtual IP address', async ({ swarm }) => {
    const { one, inside } = swarm;
    const format = '{{range .Endpoint.VirtualIPs}}{{println .Addr}}{{end}}';
    const addresses = await inside(one.name, `docker service inspect --format '${format}' web`);
    const resolved = await inside(one.name, `docker exec on-${one.name} busybox nslookup web`);
    const [, address = 'none'] = /Name:\s+web\s+Address(?: 1)?: (\S+)/.exec(resolved) ?? [];
    expect(addresses.split('\n').map((text) => text.split('/')[0])).toContain(address);

    const get = `docker exec on-${one.name} busybox wget -q -O - http://${address}/`;
    await vi.waitFor(async () => {
      const answers = await inside(one.name, `for i in 1 2 3 4; do ${get}; done`);
      expect(new Set(answers.split('\n')).size).toBe(2);
    }, patience);
    const tables = await inside(
      one.name,
      'for ns in /run/docker/netns/lb_*; do nsenter --net="$ns" cat /proc/net/ip_vs; done',
    );
    expect(tables).toMatch(/FWM +\S+ rr/);
    expect(tables.match(/->/g)?.length, tables).toBeGreaterThanOrEqual(3);
  });

  test('answers on the published port of each node, with the tasks of both', async ({ swarm }) => {
    for (const { address } of [swarm.one, swarm.two]) {
      await vi.waitFor(async () => {
        const answers = new Set<string>();
        for (let round = 0; round < 4; round++) {
          const response = await fetch(`http://${address}:8080/`, {
            // A new connection for each, since the mesh chooses once for a connection.
            headers: { connection: 'close' },
            signal: AbortSignal.timeout(10_000),
          });
          answers.add((await response.text()).trim());
        }
        expect(answers.size).toBe(2);
      }, patience);
    }
  });

  test('sends the packets of an encrypted network as ESP, and none of them in the clear', async ({
    swarm,
  }) => {
    const { one, two, inside } = swarm;
    const rule = 'iptables -t mangle -A PREROUTING -i eth1';
    await inside(two.name, `${rule} -p esp -m comment --comment wire-esp`);
    // A decrypted packet passes again, with its policy.
    const clear = '-p udp --dport 4789 -m policy --dir in --pol none';
    await inside(two.name, `${rule} ${clear} -m comment --comment wire-clear`);
    const format = '{{.NetworkSettings.Networks.secret.IPAddress}}';
    const peer = await inside(two.name, `docker inspect --format '${format}' on-${two.name}`);
    await vi.waitFor(async () => {
      const pinged = await inside(
        one.name,
        `docker exec on-${one.name} busybox ping -c 3 -w 10 ${peer}`,
      );
      expect(pinged).toContain(' 0% packet loss');
    }, patience);
    const counters = await inside(two.name, 'iptables -t mangle -L PREROUTING -v -n -x');
    expect(countPackets(counters, 'wire-esp')).toBeGreaterThanOrEqual(3);
    expect(countPackets(counters, 'wire-clear')).toBe(0);
    expect(await inside(one.name, 'ip xfrm state')).toContain('rfc4106(gcm(aes))');
  });
});

/** The packets that a rule with this comment has counted. */
function countPackets(counters: string, comment: string): number {
  const line = counters.split('\n').find((one) => one.includes(comment)) ?? '';
  return Number(line.trim().split(/\s+/)[0]);
}
