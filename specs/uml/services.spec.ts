import { describe, expect } from 'vitest';
import { lineOf } from '../../helpers/check/model/command.ts';
import type { AuditReport } from '../../helpers/check/model/report.ts';
import { type Node, type ServiceLab, names, test } from './service-lab.ts';
import { stopAtFailure } from '../stop-at-failure.ts';

/** Returns the findings by code and location, without fields that are not set. */
function found({ diagnoses }: AuditReport) {
  return diagnoses.map(({ code, where }) => ({
    code,
    where: Object.fromEntries(Object.entries(where).filter(([, value]) => value !== undefined)),
  }));
}

/** Runs every printed fix, unchanged, on the host that it names. */
async function typeFixes({ diagnoses }: AuditReport, { inside }: ServiceLab): Promise<void> {
  for (const { action } of diagnoses) {
    const { kind, host, commands = [] } = action ?? {};
    const node = names.find((name) => name === host);
    if (kind === 'fix' && node !== undefined) await inside(node, lineOf(commands));
  }
}

interface ServiceDefect {
  readonly code: string;
  readonly way: string;
  readonly node: Node;
  /** The location, with the node; the network and the service when absent. */
  readonly place?: Readonly<Record<string, string>>;
  readonly network: 'front' | 'ingress';
  readonly inject: (lab: ServiceLab) => string;
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
    code: 'service-vip-missing',
    way: 'the virtual services of IPVS are cleared',
    node: 'two',
    network: 'front',
    inject: (lab) => lab.ipvsadm('front', '-C'),
    isOfService: false,
  },
];

describe('A check of services', { shuffle: false }, () => {
  stopAtFailure();

  test('finds a node whose kernel has no IPVS, and nothing else', async ({ lab }) => {
    const folder = '/lib/modules/$(uname -r)/kernel/net/netfilter/ipvs';
    await lab.inside('two', `mkdir -p /run/none; mount --bind /run/none ${folder}`);
    await lab.serve();
    const report = await lab.audit();
    await lab.inside('two', `umount ${folder}`);
    expect(found(report)).toEqual([{ code: 'ipvs-missing', where: { host: 'two' } }]);
    await typeFixes(report, lab);
    await lab.settle();
    expect(found(await lab.audit())).toEqual([]);
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
      expect(found(await lab.audit()), change).toEqual([]);
    }
    await lab.inside('one', 'docker service update --detach --force web');
    await lab.settle();
    expect(await lab.audit()).toMatchObject({ verdict: 'healthy' });
  });

  test.for(defects)('finds $code alone, and its fix works: $way', async (defect, { lab }) => {
    const { code, node, network, isOfService = true } = defect;
    const { place = { network, ...(isOfService ? { service: 'web' } : {}) } } = defect;
    await lab.inside(node, defect.inject(lab));
    const report = await lab.audit();
    expect(found(report)).toEqual([{ code, where: { host: node, ...place } }]);
    await typeFixes(report, lab);
    await lab.settle();
    const after = await lab.audit();
    expect(found(after)).toEqual([]);
    expect(after).toMatchObject({ verdict: 'healthy' });
  });

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
docker exec "$id" sh -c 'echo web 10.30.0.77 >/tmp/names'
docker exec --detach "$id" busybox dnsd -i 127.0.0.53 -c /tmp/names`,
    },
  ])('finds $code in one container: $way', async ({ code, script }, { lab }) => {
    const name = await lab.inside(
      'two',
      `id=$(docker ps --quiet --filter name=api); pid=$(docker inspect --format '{{.State.Pid}}' "$id")
${script}
docker inspect --format '{{.Name}}' "$id"`,
    );
    const where = { host: 'two', container: name.replace(/^.*\//s, '') };
    const codes = found(await lab.audit());
    expect(codes).toContainEqual({ code, where });
    expect(codes.filter((one) => !one.code.startsWith('service-name-'))).toEqual([]);
    await lab.inside('one', 'docker service update --detach --force api');
    await lab.settle();
    expect(found(await lab.audit())).toEqual([]);
  });

  test('finds a published port that a firewall of the node closes', async ({ lab }) => {
    const rule = 'FORWARD -p tcp --dport 8080 -j DROP';
    await lab.inside('two', `iptables -I ${rule}`);
    const report = await lab.audit();
    await lab.inside('two', `iptables -D ${rule}`);
    expect(found(report)).toEqual([
      { code: 'published-port-unreachable', where: { host: 'two', service: 'web' } },
    ]);
    expect(found(await lab.audit())).toEqual([]);
  });
});
