import { describe, expect } from 'vitest';
import { notesOf } from '../../helpers/check/derive/notes.ts';
import type { ExpectedService } from '../../helpers/check/model/target.ts';
import { expectFixed, findingsOf, textOf } from './findings.ts';
import { type Node, type ServiceLab, test } from './service-lab.ts';

type Place = Readonly<Record<string, string>>;

interface ServiceDefect {
  readonly code: string;
  readonly way: string;
  readonly node: Node;
  /**
   * The location, with the node; the network and the service when absent. It may depend on the nodes with tasks of `web`:
   * after the engine of a node was restarted, the other one may have both.
   */
  readonly place?: Place | ((nodesOfWeb: readonly Node[]) => Place);
  readonly network: 'front' | 'ingress';
  /** Knows the shell variables `balancer`, an address on the first node, and `task`, the address of `api` there. */
  readonly inject: (lab: ServiceLab) => string;
  /** The node that is changed, if the finding is at another one. */
  readonly at?: Node;
  /** The hop of a published port. */
  readonly hop?: string;
  /** False if one network has several services, all of which are concerned. */
  readonly isOfService?: boolean;
}

const inSandbox = ({ sandbox }: ServiceLab, network: string, command: string) =>
  `nsenter --net=${sandbox(network)} ${command}`;

/** Sets the mark of `web` in the network, and one of its real servers. */
const firstServer = (lab: ServiceLab, words: string) => `
mark=$(${inSandbox(lab, 'front', 'iptables -t mangle -S INPUT')} | grep "${lab.address()}/32" | sed 's/.*xmark 0x\\([0-9a-f]*\\).*/\\1/')
mark=$(printf %d "0x$mark")
server=$(${lab.ipvsadm('front', '-Sn')} | sed -n "s/^-a -f $mark -r \\([0-9.]*\\):0.*/\\1/p" | head -n 1)
${words}`;

/** The services of the lab, as a topology or a cluster file describes them. */
const expectedServices: readonly ExpectedService[] = [
  {
    name: 'web',
    replicas: 2,
    networks: ['front'],
    ports: [{ published: 8080, target: 80, protocol: 'tcp', mode: 'ingress' }],
  },
  { name: 'api', networks: ['front'] },
];

/**
 * A name server for the listed names: each has an address that no container has. It ends with the process whose number comes
 * first. It is in the foreground until it listens.
 */
const nameServer = String.raw`
use Socket;
my ($pid, %names) = (shift, map { $_ => 1 } @ARGV);
socket S, PF_INET, SOCK_DGRAM, 0 or die "socket: $!";
bind S, sockaddr_in(53, inet_aton("127.0.0.53")) or die "bind: $!";
exit if fork;
open $_, "+<", "/dev/null" for *STDIN, *STDOUT, *STDERR;
vec(my $sockets = "", fileno S, 1) = 1;
while (-d "/proc/$pid") {
  select(my $ready = $sockets, undef, undef, 1) or next;
  my $from = recv S, my $bytes, 512, 0;
  my $question = substr $bytes, 12;
  my @labels;
  for (my $rest = $question; my $length = ord $rest; $rest = substr $rest, $length + 1) {
    push @labels, substr $rest, 1, $length;
  }
  my $end = 5 + index $question, "\0";
  my $known = $names{join ".", @labels};
  my $answers = $known && unpack("n", substr $question, $end - 4) == 1;
  my $head = pack "a2 n5", $bytes, $known ? 0x8180 : 0x8183, 1, $answers ? 1 : 0, 0, 0;
  my $record = $answers ? pack("n3 N n a4", 0xc00c, 1, 1, 10, 4, inet_aton("10.30.0.77")) : "";
  send S, $head . substr($question, 0, $end) . $record, 0, $from;
}`;

/** Starts the server in the namespace of the container: its image has none. */
const serveNames = `nsenter --target="$pid" --net $perl -e '${nameServer}' "$pid" web site tasks.web api tasks.api $tasks`;

/** The location of a published port that does not answer on the node two. */
const portOnTwo = (nodesOfWeb: readonly Node[]): Place => ({
  service: 'web',
  ...(nodesOfWeb.includes('two') ? {} : { peer: 'one' }),
});

// A fix that restarts an engine is typed on the worker: a swarm whose only manager restarts loses its overlays for a while.
const defects: readonly ServiceDefect[] = [
  {
    code: 'load-balancer-forwarding-off',
    way: 'the setting of a network is off, as in an LXC container',
    node: 'two',
    network: 'front',
    inject: (lab) => inSandbox(lab, 'front', 'sysctl -w net.ipv4.ip_forward=0'),
    isOfService: false,
  },
  {
    code: 'load-balancer-forwarding-off',
    way: 'the setting of the routing mesh is off',
    node: 'one',
    network: 'ingress',
    inject: (lab) => inSandbox(lab, 'ingress', 'sysctl -w net.ipv4.ip_forward=0'),
    isOfService: false,
  },
  {
    code: 'service-vip-missing',
    way: 'all firewall rules of a load balancer are flushed',
    node: 'one',
    network: 'front',
    inject: (lab) =>
      `${inSandbox(lab, 'front', 'iptables -t mangle -F')}; ${inSandbox(lab, 'front', 'iptables -t nat -F')}`,
    isOfService: false,
  },
  {
    code: 'service-vip-missing',
    way: 'the virtual address is gone',
    node: 'one',
    network: 'front',
    inject: (lab) => inSandbox(lab, 'front', `ip address del ${lab.address()}/32 dev eth0`),
  },
  {
    code: 'service-vip-missing',
    way: 'the rule that marks packets to a published port is deleted',
    node: 'two',
    network: 'ingress',
    inject: (lab) => inSandbox(lab, 'ingress', 'iptables -t mangle -F PREROUTING'),
  },
  {
    code: 'ingress-rule-missing',
    way: 'the rules of the chain are flushed',
    node: 'two',
    network: 'ingress',
    place: { service: 'web' },
    inject: () => 'iptables -t nat -F DOCKER-INGRESS',
  },
  {
    code: 'ingress-rule-missing',
    way: 'nothing leads to the chain',
    node: 'one',
    network: 'ingress',
    place: { service: 'web' },
    inject: () => 'iptables -t nat -D PREROUTING -m addrtype --dst-type LOCAL -j DOCKER-INGRESS',
  },
  {
    code: 'service-backend-missing',
    way: 'a real server is deleted',
    node: 'one',
    network: 'front',
    inject: (lab) => firstServer(lab, lab.ipvsadm('front', '-d -f "$mark" -r "$server"')),
  },
  {
    code: 'service-backend-missing',
    way: 'a real server keeps the weight 0',
    node: 'one',
    network: 'front',
    inject: (lab) => firstServer(lab, lab.ipvsadm('front', '-e -f "$mark" -r "$server" -m -w 0')),
  },
  {
    code: 'service-backend-stale',
    way: 'a real server has an address that no task has',
    node: 'two',
    network: 'front',
    inject: (lab) => firstServer(lab, lab.ipvsadm('front', '-a -f "$mark" -r 10.30.0.99 -m -w 1')),
  },
  {
    code: 'service-backend-stale',
    way: 'a real server is a task of another service',
    node: 'two',
    network: 'front',
    inject: (lab) =>
      firstServer(
        lab,
        `other=$(docker ps --quiet --filter name=api)
other=$(docker inspect --format '{{.NetworkSettings.Networks.front.IPAddress}}' "$other")
${lab.ipvsadm('front', '-a -f "$mark" -r "$other" -m -w 1')}`,
      ),
  },
  {
    code: 'service-vip-unreachable',
    way: 'IPVS of a network does not track connections',
    node: 'one',
    network: 'front',
    inject: (lab) => inSandbox(lab, 'front', 'sysctl -w net.ipv4.vs.conntrack=0'),
    isOfService: false,
  },
  {
    code: 'service-vip-unreachable',
    way: 'a firewall in the namespace of the load balancer drops its packets',
    node: 'two',
    network: 'front',
    inject: (lab) =>
      inSandbox(lab, 'front', `iptables -I INPUT -d ${lab.address()}/32 -p tcp -j DROP`),
  },
  {
    code: 'service-backend-unreachable',
    way: 'a node has lost the MAC address of the load balancer of another one',
    node: 'one',
    network: 'front',
    place: (nodesOfWeb) => ({
      peer: 'two',
      network: 'front',
      ...(nodesOfWeb.includes('two') ? {} : { service: 'api' }),
    }),
    at: 'two',
    inject: () => `for each in /run/docker/netns/1-*; do
  nsenter --net="$each" ip neigh del "$balancer" dev vxlan0 2>&1 || true
done
for id in $(docker ps --quiet); do
  nsenter --target="$(docker inspect --format '{{.State.Pid}}' "$id")" --net ip neigh flush all
done`,
  },
  {
    code: 'service-backend-unreachable',
    way: 'a firewall in the namespace of the load balancer drops packets to a task',
    node: 'two',
    network: 'front',
    place: { peer: 'one', network: 'front', service: 'api' },
    inject: (lab) => inSandbox(lab, 'front', 'iptables -I OUTPUT -d "$task"/32 -p tcp -j DROP'),
  },
  {
    code: 'published-port-unreachable',
    way: 'the sandbox of the routing mesh drops the packets',
    node: 'two',
    network: 'ingress',
    place: portOnTwo,
    hop: 'sandbox',
    inject: (lab) => inSandbox(lab, 'ingress', 'iptables -I INPUT -p tcp --dport 8080 -j DROP'),
  },
  {
    code: 'published-port-unreachable',
    way: 'docker_gwbridge does not find the sandbox of the routing mesh',
    node: 'two',
    network: 'ingress',
    place: portOnTwo,
    hop: 'gateway-bridge',
    inject: (lab) =>
      `${inSandbox(lab, 'ingress', 'ip link set eth1 arp off')}; ip neigh flush dev docker_gwbridge`,
  },
  {
    code: 'service-vip-missing',
    way: 'the virtual services of IPVS are cleared',
    node: 'two',
    network: 'front',
    inject: (lab) => lab.ipvsadm('front', '-C'),
    isOfService: false,
  },
];

describe('A check of services', () => {
  test('finds a node whose kernel has no IPVS, and nothing else', async ({ lab }) => {
    const folder = '/lib/modules/$(uname -r)/kernel/net/netfilter/ipvs';
    await lab.clear();
    // The kernel loads the modules for the first service; a rule of the routing mesh keeps one in use.
    await lab.inside(
      'two',
      `${inSandbox(lab, 'ingress', 'iptables -t nat -F POSTROUTING')}; rmmod ip_vs_rr xt_ipvs ip_vs`,
    );
    await lab.inside('two', `mkdir -p /run/nothing; mount --bind /run/nothing ${folder}`);
    await lab.serve();
    const report = await lab.audit();
    await lab.inside('two', `umount ${folder}`);
    expect(findingsOf(report), textOf(report)).toEqual([
      { code: 'ipvs-missing', where: { host: 'two' } },
    ]);
    await expectFixed(report, lab);
  });

  test('finds a node whose kernel has no rules for balanced packets', async ({ lab }) => {
    const module = '/lib/modules/$(uname -r)/kernel/net/netfilter/xt_ipvs.ko';
    await lab.clear();
    await lab.inside(
      'two',
      `${inSandbox(lab, 'ingress', 'iptables -t nat -F POSTROUTING')}; rmmod xt_ipvs
touch /run/none; mount --bind /run/none ${module}`,
    );
    await lab.serve();
    const report = await lab.audit();
    await lab.inside('two', `umount ${module}`);
    expect(findingsOf(report), textOf(report)).toEqual([
      { code: 'kernel-feature-missing', where: { host: 'two' } },
    ]);
    await expectFixed(report, lab);
  });

  test('has a note about connections that are idle for too long', async ({ lab }) => {
    await lab.inside(
      'two',
      `id=$(docker ps --quiet --filter name=api); docker exec --detach "$id" sh -c 'sleep 1000 | busybox nc web 80'`,
    );
    const { observation } = await lab.audit();
    expect(notesOf(observation).filter((note) => note.includes('idle'))).toEqual([
      expect.stringMatching(/connections to web that are idle for 900 s.*only after 7200 s/),
    ]);
  });

  test('finds nothing while a service is updated, scaled and moved between the nodes', async ({
    lab,
  }) => {
    for (const change of [
      'docker service update --detach --force web',
      'docker service scale --detach web=1',
      'docker service scale --detach web=2',
      'docker node update --availability drain two',
      'docker node update --availability active two',
      'docker service update --detach --force web; docker service update --detach --force api',
    ]) {
      await lab.inside('one', change);
      expect(findingsOf(await lab.audit()), change).toEqual([]);
    }
    await lab.inside('one', 'docker service update --detach --force web');
    await lab.settle();
    expect(await lab.audit()).toMatchObject({ verdict: 'healthy' });
  });

  test.for(defects)('finds $code alone, and its fix works: $way', async (defect, { lab }) => {
    const { code, node, network, isOfService = true, at = node, hop } = defect;
    const usual = { network, ...(isOfService ? { service: 'web' } : {}) };
    const { place = usual } = defect;
    const expected = typeof place === 'function' ? place(await lab.nodesOfWeb()) : place;
    const addresses = await lab.inside(
      'one',
      `echo balancer=$(${inSandbox(lab, 'front', 'ip -4 -o address show dev eth0')} | sed -n 's/.* \\([0-9.]*\\)\\/24 .*/\\1/p')
echo task=$(docker inspect --format '{{.NetworkSettings.Networks.front.IPAddress}}' $(docker ps --quiet --filter name=api))`,
    );
    await lab.inside(at, `${addresses}\n${defect.inject(lab)}`);
    const report = await lab.audit();
    expect(findingsOf(report), textOf(report)).toEqual([
      { code, where: { host: node, ...expected } },
    ]);
    if (hop !== undefined) {
      expect(report.diagnoses).toMatchObject([{ evidence: [{ observed: { 'ends at': hop } }] }]);
    }
    await expectFixed(report, lab);
  });

  test('writes lost rules and addresses of load balancers again with --fix', async ({ lab }) => {
    await lab.inside(
      'one',
      `${inSandbox(lab, 'front', 'iptables -t mangle -F')}; ${inSandbox(lab, 'front', 'iptables -t nat -F POSTROUTING')}
${inSandbox(lab, 'front', `ip address del ${lab.address()}/32 dev eth0`)}`,
    );
    await lab.inside('two', 'iptables -t nat -F DOCKER-INGRESS');
    const report = await lab.audit();
    expect(findingsOf(report), textOf(report)).toEqual([
      { code: 'service-vip-missing', where: { host: 'one', network: 'front' } },
      { code: 'ingress-rule-missing', where: { host: 'two', service: 'web' } },
    ]);
    expect(await lab.fix(report)).toEqual(['service-vip-missing', 'ingress-rule-missing']);
    expect(findingsOf(await lab.audit())).toEqual([]);
  });

  test('adds and removes real servers with --fix, and replaces no task', async ({ lab }) => {
    const tasks = await lab.inside('one', 'docker ps --quiet');
    await lab.inside('one', firstServer(lab, lab.ipvsadm('front', '-d -f "$mark" -r "$server"')));
    await lab.inside(
      'two',
      firstServer(
        lab,
        `${lab.ipvsadm('front', '-e -f "$mark" -r "$server" -m -w 0')}
${lab.ipvsadm('front', '-a -f "$mark" -r 10.30.0.99 -m -w 1')}`,
      ),
    );
    const report = await lab.audit();
    const place = { network: 'front', service: 'web' };
    expect(findingsOf(report), textOf(report)).toEqual([
      { code: 'service-backend-missing', where: { host: 'one', ...place } },
      { code: 'service-backend-missing', where: { host: 'two', ...place } },
      { code: 'service-backend-stale', where: { host: 'two', ...place } },
    ]);
    expect(await lab.fix(report)).toHaveLength(3);
    expect(findingsOf(await lab.audit())).toEqual([]);
    expect(await lab.inside('one', 'docker ps --quiet')).toBe(tasks);
  });

  test.for([
    {
      way: 'a firewall of its container drops connections from other containers',
      rule: '-I INPUT -i eth0 -p tcp --dport 80 -j DROP',
    },
    {
      way: 'its kernel drops packets to the port before it tracks them',
      rule: '-t raw -I PREROUTING -i eth0 -p tcp --dport 80 -j DROP',
    },
  ])(
    'finds a task that only its own container reaches alone, and its fix works: $way',
    async ({ rule }, { lab }) => {
      await lab.inside(
        'two',
        `id=$(docker ps --quiet --filter name=api); pid=$(docker inspect --format '{{.State.Pid}}' "$id")
nsenter --target="$pid" --net iptables ${rule}`,
      );
      const report = await lab.audit();
      expect(report.diagnoses).toMatchObject([
        { code: 'service-task-unreachable', where: { network: 'front', service: 'api' } },
      ]);
      // From one node, or from both: the container that connects may be the task itself.
      expect(Object.values(report.diagnoses[0]?.where ?? {})).toContain('two');
      await expectFixed(report, { ...lab, recover: lab.settle });
    },
  );

  test.for([
    {
      code: 'service-name-missing',
      way: 'the rules of the name server are deleted',
      script: 'nsenter --target="$pid" --net iptables -t nat -F DOCKER_OUTPUT',
    },
    {
      code: 'service-name-missing',
      way: 'the file resolv.conf names a server that does not answer',
      script: 'echo nameserver 127.0.0.1 >"/proc/$pid/root/etc/resolv.conf"',
    },
    {
      code: 'service-name-wrong',
      way: 'the file resolv.conf names a server with other addresses',
      script: `echo nameserver 127.0.0.53 >"/proc/$pid/root/etc/resolv.conf"
${serveNames}`,
    },
    {
      code: 'service-name-wrong',
      way: 'a firewall rule leads its questions to another server',
      script: `${serveNames}
nsenter --target="$pid" --net iptables -t nat -I OUTPUT -d 127.0.0.11 -p udp --dport 53 -j DNAT --to 127.0.0.53:53`,
    },
  ])('finds $code alone, in one container: $way', async ({ code, script }, { lab }) => {
    // Another container of the node shows that the records of its engine are right.
    if (!(await lab.nodesOfWeb()).includes('two')) {
      await lab.inside('one', 'docker service update --detach --force web');
      await lab.settle();
    }
    const tasks = await lab.inside(
      'one',
      "docker service ps --no-trunc --format '{{.Name}}.{{.ID}}' web api",
    );
    const name = await lab.inside(
      'two',
      `tasks="${tasks}"; perl="${lab.perl}"; id=$(docker ps --quiet --filter name=api); pid=$(docker inspect --format '{{.State.Pid}}' "$id")
{ ${script}; } >/dev/null
docker inspect --format '{{.Name}}' "$id"`,
    );
    const where = { host: 'two', container: name.replace(/^.*\//s, '') };
    const report = await lab.audit();
    expect(findingsOf(report), textOf(report)).toEqual([{ code, where }]);
    // Without a fix, the page says that its setting must be corrected.
    const recover = async () => {
      await lab.inside('two', `docker rm --force ${where.container} 2>&1 || true`);
      await lab.settle();
    };
    await expectFixed(report, { ...lab, recover });
  });

  test.for([
    { code: 'service-missing', way: 'it is scaled to 0', change: 'scale --detach web=0' },
    { code: 'service-differs', way: 'it has fewer tasks', change: 'scale --detach web=1' },
    {
      code: 'service-differs',
      way: 'it has left a network',
      change: 'update --detach --network-rm front web',
    },
    {
      code: 'service-differs',
      way: 'it publishes a port no more',
      change: 'update --detach --publish-rm 80 web',
    },
  ])('finds $code alone, and its fix works: $way', async ({ code, change }, { lab }) => {
    const services = [...expectedServices];
    await lab.inside('one', `docker service ${change}`);
    await lab.settle();
    const report = await lab.audit({ services });
    expect(findingsOf(report), textOf(report)).toEqual([{ code, where: { service: 'web' } }]);
    await expectFixed(report, { ...lab, audit: async () => await lab.audit({ services }) });
  });

  test('finds service-missing alone: it was removed', async ({ lab }) => {
    const services = [...expectedServices];
    await lab.inside('one', 'docker service rm web');
    const report = await lab.audit({ services });
    await lab.clear();
    await lab.serve();
    expect(findingsOf(report), textOf(report)).toEqual([
      { code: 'service-missing', where: { service: 'web' } },
    ]);
    expect(findingsOf(await lab.audit({ services }))).toEqual([]);
  });

  test('finds a published port that a firewall of the node closes', async ({ lab }) => {
    const rule = 'FORWARD -p tcp --dport 8080 -j DROP';
    const place = portOnTwo(await lab.nodesOfWeb());
    await lab.inside('two', `iptables -I ${rule}`);
    const report = await lab.audit();
    await lab.inside('two', `iptables -D ${rule}`);
    expect(findingsOf(report), textOf(report)).toEqual([
      { code: 'published-port-unreachable', where: { host: 'two', ...place } },
    ]);
    expect(findingsOf(await lab.audit())).toEqual([]);
  });
});
