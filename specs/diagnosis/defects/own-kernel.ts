import { moveClock } from '../../../helpers/fault/hosts.ts';
import { type Fault, inMachine } from '../../faults/fault.ts';
import type { Defect } from '../defect.ts';
import type { DiagnosisLab } from '../lab.ts';

/** The machine whose kernel no other machine uses. */
const HOST = 'worker-host';

const THRESHOLDS = [1, 2, 3].map((number) => `net.ipv4.neigh.default.gc_thresh${number}`);

/** The entries that the table keeps, as after a line in sysctl.conf. A check fills at most half of it. */
const CAPACITY = 128;

const lower = `for name in ${THRESHOLDS.join(' ')}; do echo "$name=$(sysctl -n $name)"; done >/run/neighbors.limits
sysctl -q -w ${THRESHOLDS.map((name) => `${name}=${CAPACITY}`).join(' ')}`;
const restore = 'sysctl -q -w $(cat /run/neighbors.limits); rm /run/neighbors.limits';

/**
 * Makes the entries of the other hosts static, which do not count, as some operators do. Engines and clients then still
 * reach this host, and only containers lose their neighbors. Containers forget theirs, as they do after a while.
 */
const pinHosts = `ip -4 neigh show dev eth1 | while read -r address _ mac _; do
  [ -z "$mac" ] || ip neigh replace "$address" lladdr "$mac" dev eth1 nud permanent
done
for namespace in /run/docker/netns/*; do nsenter --net="$namespace" ip neigh flush all; done`;
const unpinHosts = `ip -4 neigh show dev eth1 nud permanent | while read -r address _ mac _; do
  ip neigh replace "$address" lladdr "$mac" dev eth1 nud stale
done`;

/**
 * Renews the entries of 253 neighbors every second: the kernel reclaims entries that did not change for 5 seconds as soon
 * as the table is full.
 */
const crowd = `ip link add crowd type dummy
ip address add 10.99.0.1/24 dev crowd
ip link set crowd arp on up
while :; do
  for state in reachable stale; do
    i=2
    while [ $i -le 254 ]; do
      echo "neigh replace 10.99.0.$i lladdr 02:00:00:00:00:01 dev crowd nud $state"
      i=$((i + 1))
    done | ip -force -batch - >/dev/null 2>&1
    sleep 1
  done
done`;

/** Returns the fault of a table that is full of entries of one network namespace. */
function fullOf({ provider }: DiagnosisLab, name: string, namespace?: string): Fault {
  const enter = namespace === undefined ? '' : `ip netns exec ${namespace} `;
  return inMachine(provider, HOST, {
    name,
    inject: `${namespace === undefined ? '' : `ip netns add ${namespace}`}
cat >/run/crowd.sh <<'END'
${crowd}
END
setsid ${enter}sh /run/crowd.sh </dev/null >/dev/null 2>&1 & echo $! >/run/crowd.pid
until [ "$(${enter}ip neigh show dev crowd | wc -l)" -ge 253 ]; do sleep 0.1; done
${pinHosts}
${lower}`,
    undo: `kill $(cat /run/crowd.pid)
${enter}ip link delete crowd
${namespace === undefined ? '' : `ip netns delete ${namespace}`}
rm /run/crowd.sh /run/crowd.pid
${restore}
${unpinHosts}`,
  });
}

/**
 * A low limit, and entries that the kernel keeps for longer than usual, as after lines in sysctl.conf. No program sends
 * anything when the check begins: the entries are of packets without an answer.
 */
function keptConnections({ provider }: DiagnosisLab): Fault {
  const settings = ['nf_conntrack_max', 'nf_conntrack_udp_timeout'].map(
    (name) => `net.netfilter.${name}`,
  );
  return inMachine(provider, HOST, {
    name: `the kernel of ${HOST} keeps entries of connections for longer than it has room for`,
    inject: `for name in ${settings.join(' ')}; do echo "$name=$(sysctl -n $name)"; done >/run/connections.limits
sysctl -q -w net.netfilter.nf_conntrack_max=2000 net.netfilter.nf_conntrack_udp_timeout=600
bash -c 'for port in {1..1940}; do echo >/dev/udp/127.1.1.1/$port; done' 2>/dev/null`,
    // The entries stay for ten minutes; with the usual limit, they do no harm.
    undo: 'sysctl -q -w $(cat /run/connections.limits); rm /run/connections.limits',
  });
}

/** Sets the clock of the machine some seconds ahead, or behind. */
function wrongClock({ provider }: DiagnosisLab, seconds: number): Fault {
  return inMachine(provider, HOST, {
    name: `the clock of ${HOST} is wrong by ${seconds} s`,
    inject: moveClock(seconds),
    undo: moveClock(-seconds),
  });
}

/** Defects of a kernel that one machine has for itself: machines that share the user's kernel cannot have them. */
export const ownKernelDefects: readonly Defect[] = [
  {
    code: 'neighbour-table-full',
    way: 'the limits are too low for the neighbors on a link of the host',
    where: { host: HOST },
    fault: (lab) => fullOf(lab, `${HOST} has more neighbors on a link than its table keeps`),
  },
  {
    code: 'neighbour-table-full',
    way: 'a network namespace fills the table of its kernel',
    where: { host: HOST },
    fault: (lab) => fullOf(lab, `a network namespace of ${HOST} fills the table`, 'crowd'),
  },
  {
    code: 'conntrack-table-full',
    way: 'the kernel keeps the entries of unanswered packets for too long',
    where: { host: HOST },
    fault: keptConnections,
  },
  {
    code: 'clock-skew',
    way: 'the clock is ahead',
    where: { host: HOST },
    worksWithDefect: true,
    fault: (lab) => wrongClock(lab, 600),
  },
  {
    code: 'clock-skew',
    way: 'the clock has the local time instead of UTC',
    where: { host: HOST },
    worksWithDefect: true,
    fault: (lab) => wrongClock(lab, 7200),
  },
];
