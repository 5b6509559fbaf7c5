import type { DiagnosisCode } from '../../../helpers/check/model/codes.ts';
import type { ExpectedService } from '../../../helpers/check/model/target.ts';
import type { Node, ServiceLab } from '../../uml/service-lab.ts';
import { omitUndefined } from '../../../helpers/process/omit-undefined.ts';
import type { FixedDefect } from '../../uml/fixed-defect.ts';

type Where = Readonly<Record<string, string>>;

export type ServiceDefect = FixedDefect<ServiceLab> & {
  /** The hop of a published port at which the packets end. */
  readonly hop?: string;
};

export const inSandbox = ({ sandbox }: ServiceLab, network: string, command: string) =>
  `nsenter --net=${sandbox(network)} ${command}`;

/** Sets the mark of `web` in the network, and one of its real servers. */
export const firstServer = (lab: ServiceLab, words: string) => `
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
const portOnTwo = (nodesOfWeb: readonly Node[]): Where => ({
  service: 'web',
  ...(nodesOfWeb.includes('two') ? {} : { peer: 'one' }),
});

/** A changed kernel table or setting of a node. */
interface ChangedNode {
  readonly code: DiagnosisCode;
  readonly way: string;
  readonly node: Node;
  /**
   * The location, with the node; the network and the service when absent. It may depend on the nodes with tasks of `web`:
   * after the engine of a node was restarted, the other one may have both.
   */
  readonly place?: Where | ((nodesOfWeb: readonly Node[]) => Where);
  readonly network: 'front' | 'ingress';
  /** Knows the shell variables `balancer`, an address on the first node, and `task`, the address of `api` there. */
  readonly inject: (lab: ServiceLab) => string;
  /** The node that is changed, if the finding is at another one. */
  readonly at?: Node;
  readonly hop?: string;
  /** False if one network has several services, all of which are concerned. */
  readonly isOfService?: boolean;
}

// A fix that restarts an engine is typed on the worker: a swarm whose only manager restarts loses its overlays for a while.
const changedNodes: readonly ChangedNode[] = [
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

/** A defect of a kernel table or a setting, which stays until the fix is typed. */
function ofNode(changed: ChangedNode): ServiceDefect {
  const { code, way, node, network, isOfService = true, at = node, hop } = changed;
  const { place = { network, ...(isOfService ? { service: 'web' } : {}) } } = changed;
  return {
    code,
    way,
    ...omitUndefined({ hop }),
    inject: async (lab) => {
      const found = typeof place === 'function' ? place(await lab.nodesOfWeb()) : place;
      const addresses = await lab.inside(
        'one',
        `echo balancer=$(${inSandbox(lab, 'front', 'ip -4 -o address show dev eth0')} | sed -n 's/.* \\([0-9.]*\\)\\/24 .*/\\1/p')
echo task=$(docker inspect --format '{{.NetworkSettings.Networks.front.IPAddress}}' $(docker ps --quiet --filter name=api))`,
      );
      await lab.inside(at, `${addresses}\n${changed.inject(lab)}`);
      return { host: node, ...found };
    },
  };
}

/** Kernels without a module. The services begin when it is gone, because a kernel loads it for the first one. */
const withoutModule: readonly ServiceDefect[] = [
  {
    code: 'ipvs-missing',
    way: 'the kernel of a node has no IPVS',
    modules: 'ip_vs_rr xt_ipvs ip_vs',
    hide: 'mkdir -p /run/nothing; mount --bind /run/nothing',
    file: '/lib/modules/$(uname -r)/kernel/net/netfilter/ipvs',
  },
  {
    code: 'kernel-feature-missing',
    way: 'the kernel of a node has no rules for balanced packets',
    modules: 'xt_ipvs',
    hide: 'touch /run/none; mount --bind /run/none',
    file: '/lib/modules/$(uname -r)/kernel/net/netfilter/xt_ipvs.ko',
  },
].map(({ code, way, modules, hide, file }) => ({
  code: code as DiagnosisCode,
  way,
  inject: async (lab) => {
    await lab.clear();
    // A rule of the routing mesh keeps a module in use.
    await lab.inside(
      'two',
      `${inSandbox(lab, 'ingress', 'iptables -t nat -F POSTROUTING')}; rmmod ${modules}`,
    );
    await lab.inside('two', `${hide} ${file}`);
    await lab.serve();
    return { host: 'two' };
  },
  prepareFix: async (lab) => {
    await lab.inside('two', `umount ${file}`);
  },
}));

/** Tasks that only their own container reaches. */
const unreachableTasks: readonly ServiceDefect[] = [
  {
    way: 'a firewall of its container drops connections from other containers',
    rule: '-I INPUT -i eth0 -p tcp --dport 80 -j DROP',
  },
  {
    way: 'its kernel drops packets to the port before it tracks them',
    rule: '-t raw -I PREROUTING -i eth0 -p tcp --dport 80 -j DROP',
  },
].map(({ way, rule }) => ({
  code: 'service-task-unreachable',
  way,
  // From one node, or from both: the container that connects may be the task itself.
  mentions: 'two',
  inject: async (lab) => {
    await lab.inside(
      'two',
      `id=$(docker ps --quiet --filter name=api); pid=$(docker inspect --format '{{.State.Pid}}' "$id")
nsenter --target="$pid" --net iptables ${rule}`,
    );
    return { network: 'front', service: 'api' };
  },
  recover: async (lab) => {
    await lab.settle();
  },
}));

/** Wrong or missing answers to the questions of one container. */
const namesInOneContainer: readonly ServiceDefect[] = [
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
].map(({ code, way, script }) => ({
  code: code as DiagnosisCode,
  way,
  inject: async (lab) => {
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
    return { host: 'two', container: name.replace(/^.*\//s, '') };
  },
  // Without a fix, the page says that its setting must be corrected.
  recover: async (lab, { container = '' }) => {
    await lab.inside('two', `docker rm --force ${container} 2>&1 || true`);
    await lab.settle();
  },
}));

const expectations = { services: expectedServices };

/** Services that differ from their description. */
const changedServices: readonly ServiceDefect[] = [
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
].map(({ code, way, change }) => ({
  code: code as DiagnosisCode,
  way,
  expectations,
  inject: async (lab) => {
    await lab.inside('one', `docker service ${change}`);
    await lab.settle();
    return { service: 'web' };
  },
}));

const others: readonly ServiceDefect[] = [
  {
    code: 'service-missing',
    way: 'it was removed',
    expectations,
    inject: async (lab) => {
      await lab.inside('one', 'docker service rm web');
      return { service: 'web' };
    },
    recover: async (lab) => {
      await lab.clear();
      await lab.serve();
    },
  },
  {
    code: 'published-port-unreachable',
    way: 'a firewall of the node closes the published port',
    inject: async (lab) => {
      const place = portOnTwo(await lab.nodesOfWeb());
      await lab.inside('two', 'iptables -I FORWARD -p tcp --dport 8080 -j DROP');
      return { host: 'two', ...place };
    },
    undo: async (lab) => {
      await lab.inside('two', 'iptables -D FORWARD -p tcp --dport 8080 -j DROP');
    },
  },
];

/** All defects of services, in an order in which each leaves the services as it found them. */
export const serviceDefects: readonly ServiceDefect[] = [
  ...withoutModule,
  ...changedNodes.map(ofNode),
  ...unreachableTasks,
  ...namesInOneContainer,
  ...changedServices,
  ...others,
];
