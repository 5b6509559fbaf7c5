import { describe, expect, vi } from 'vitest';
import { BUSYBOX } from '../machine/busybox-image.ts';
import { describeKernelsWith } from '../swarm-mode/kernel-dependent.ts';
import { swarmTest } from '../swarm-mode/swarm-test.ts';
import { prepareIpvsadm } from './ipvs.ts';

/** Serves the name of its container, and ends on SIGTERM. */
const WEB = `busybox mkdir /www; busybox hostname >/www/index.html
trap 'exit 0' TERM; busybox httpd -f -p 80 -h /www & wait`;

const STAYS = "trap 'exit 0' TERM; while :; do busybox sleep 1 & wait; done";

/** A shell script for a machine. */
type Inside = (machine: string, text: string) => Promise<string>;

/** An encrypted network with a container on each node, and a service with a published port. */
interface Web {
  readonly inside: Inside;
  /** The address of the service. */
  readonly address: string;
}

const test = swarmTest('own').extend(
  'web',
  { scope: 'file' },
  async ({ swarm: { manager, worker, provider } }): Promise<Web> => {
    const inside: Inside = async (name, text) =>
      (await provider.run(name, ['sh', '-ec', text], { limit: 180_000 })).stdout.trim();
    await inside(
      'manager',
      'docker network create --driver overlay --attachable --opt encrypted secret',
    );
    const task = `--no-resolve-image --replicas 2 --replicas-max-per-node 1 --publish 8080:80 --network secret`;
    await inside(
      'manager',
      `docker service create --quiet --name web ${task} ${BUSYBOX} sh -c "${WEB}"`,
    );
    for (const { machine } of [manager, worker]) {
      await inside(
        machine.name,
        `docker run -d --name on-${machine.name} --network secret ${BUSYBOX} sh -c "${STAYS}"`,
      );
    }
    const resolved = await inside('manager', 'docker exec on-manager busybox nslookup web');
    const [, address = 'none'] = /Name:\s+web\s+Address(?: 1)?: (\S+)/.exec(resolved) ?? [];
    return { inside, address };
  },
);

// Commands inside take seconds.
const patience = { timeout: 120_000, interval: 1000 };

/** The tasks that answer four requests to the address of the service. */
async function askService({ inside, address }: Web): Promise<ReadonlySet<string>> {
  const get = `docker exec on-manager busybox wget -q -T 5 -O - http://${address}/ || :`;
  const answers = await inside('manager', `for i in 1 2 3 4; do ${get}; done`);
  return new Set(answers.split('\n').filter((line) => line !== ''));
}

/** The tasks that answer four requests to the published port of a node. */
async function askPort(node: string): Promise<ReadonlySet<string>> {
  const answers = new Set<string>();
  for (let round = 0; round < 4; round++) {
    try {
      const response = await fetch(`http://${node}:8080/`, {
        // A new connection for each, since the mesh chooses once for a connection.
        headers: { connection: 'close' },
        signal: AbortSignal.timeout(5000),
      });
      answers.add((await response.text()).trim());
    } catch {
      // No task.
    }
  }
  return answers;
}

/** Runs a command in the network namespace of the load balancer of the service's network. */
function inBalancer(command: string): string {
  return `for ns in /run/docker/netns/lb_*; do nsenter --net="$ns" ${command}; done`;
}

/** Packets between the nodes that the worker received, and the replies to three pings across. */
interface Wire {
  readonly received: number;
  readonly encrypted: number;
  readonly clear: number;
}

async function pingAcross({ inside }: Web): Promise<Wire> {
  const chain = 'iptables -w -t mangle';
  // A decrypted packet passes again, with its policy.
  const rules = {
    encrypted: '-p esp',
    clear: '-p udp --dport 4789 -m policy --dir in --pol none',
  };
  const specs = Object.entries(rules).map(
    ([name, rule]) => `PREROUTING -i eth1 ${rule} -m comment --comment wire-${name}`,
  );
  await inside('worker', specs.map((spec) => `${chain} -A ${spec}`).join('\n'));
  try {
    const format = '{{.NetworkSettings.Networks.secret.IPAddress}}';
    const peer = await inside('worker', `docker inspect --format '${format}' on-worker`);
    const pings = `docker exec on-manager busybox ping -c 3 -w 10 ${peer} || :`;
    const transcript = await inside('manager', pings);
    const counters = await inside('worker', `${chain} -L PREROUTING -v -n -x`);
    const [, received = '0'] = /(\d+) packets received/.exec(transcript) ?? [];
    return {
      received: Number(received),
      encrypted: countPackets(counters, 'wire-encrypted'),
      clear: countPackets(counters, 'wire-clear'),
    };
  } finally {
    await inside('worker', specs.map((spec) => `${chain} -D ${spec}`).join('\n'));
  }
}

/** The packets that a rule with this comment has counted. */
function countPackets(counters: string, comment: string): number {
  const line = counters.split('\n').find((one) => one.includes(comment)) ?? '';
  return Number(line.trim().split(/\s+/)[0]);
}

describe('A swarm of machines with their own kernel', () => {
  describeKernelsWith(test);

  test('reaches both tasks of a service through one virtual IP address', async ({ web }) => {
    const format = '{{range .Endpoint.VirtualIPs}}{{println .Addr}}{{end}}';
    const addresses = await web.inside(
      'manager',
      `docker service inspect --format '${format}' web`,
    );
    expect(addresses.split('\n').map((text) => text.split('/')[0])).toContain(web.address);
    await vi.waitFor(async () => expect((await askService(web)).size).toBe(2), patience);
    const tables = await web.inside('manager', inBalancer('cat /proc/net/ip_vs'));
    expect(tables).toMatch(/FWM +\S+ rr/);
    expect(tables.match(/->/g)?.length, tables).toBeGreaterThanOrEqual(3);
  });

  test('answers on the published port of each node, with the tasks of both', async ({
    swarm,
    web: _web,
  }) => {
    for (const { machine } of [swarm.manager, swarm.worker]) {
      await vi.waitFor(async () => expect((await askPort(machine.address)).size).toBe(2), patience);
    }
  });

  test('sends the packets of an encrypted network as ESP, and none of them in the clear', async ({
    web,
  }) => {
    const wire = await vi.waitFor(async () => {
      const seen = await pingAcross(web);
      expect(seen.received).toBe(3);
      return seen;
    }, patience);
    expect(wire.encrypted).toBeGreaterThanOrEqual(3);
    expect(wire.clear).toBe(0);
    expect(await web.inside('manager', 'ip xfrm state')).toContain('rfc4106(gcm(aes))');
  });
});

// The features above are broken one after the other: a test that still passed would notice nothing.
describe('The tests of these features notice', { shuffle: false }, () => {
  test('a task that is no longer a real server of IPVS', async ({ web }) => {
    const { inside } = web;
    const ipvsadm = await prepareIpvsadm();
    await vi.waitFor(async () => expect((await askService(web)).size).toBe(2), patience);
    const saved = await inside('manager', inBalancer(`${ipvsadm} -S -n`));
    const server = saved.split('\n').find((line) => line.startsWith('-a')) ?? 'none';
    const [, mark = '', real = ''] = /-f (\d+) -r (\S+)/.exec(server) ?? [];
    await inside('manager', inBalancer(`${ipvsadm} -d -f ${mark} -r ${real}`));
    expect((await askService(web)).size, saved).toBe(1);
    await inside('manager', inBalancer(`${ipvsadm} ${server}`));
    await vi.waitFor(async () => expect((await askService(web)).size).toBe(2), patience);
  });

  test('an IPVS table without the service', async ({ web }) => {
    const { inside } = web;
    const ipvsadm = await prepareIpvsadm();
    const saved = await inside('manager', inBalancer(`${ipvsadm} -S -n`));
    await inside('manager', inBalancer(`${ipvsadm} -C`));
    expect([...(await askService(web))], saved).toEqual([]);
    for (const line of saved.split('\n')) await inside('manager', inBalancer(`${ipvsadm} ${line}`));
    await vi.waitFor(async () => expect((await askService(web)).size).toBe(2), patience);
  });

  test('a published port without its rule of the routing mesh', async ({ swarm, web }) => {
    const { address } = swarm.worker.machine;
    const nat = 'iptables -w -t nat';
    const rules = await web.inside('worker', `${nat} -S DOCKER-INGRESS`);
    const rule = rules.split('\n').find((line) => line.includes('--dport 8080')) ?? 'none';
    await web.inside('worker', `${nat} ${rule.replace('-A ', '-D ')}`);
    expect([...(await askPort(address))], rules).toEqual([]);
    await web.inside('worker', `${nat} ${rule.replace('-A ', '-I ')}`);
    await vi.waitFor(async () => expect((await askPort(address)).size).toBe(2), patience);
  });

  test('packets in the clear instead of ESP', async ({ web }) => {
    // Without a policy, the kernel sends them unencrypted.
    await web.inside('manager', 'ip xfrm policy flush');
    expect((await pingAcross(web)).clear).toBeGreaterThan(0);
  });

  test('a host without the keys of its peer', async ({ web }) => {
    await web.inside('worker', 'ip xfrm state flush');
    expect((await pingAcross(web)).received).toBe(0);
  });
});
