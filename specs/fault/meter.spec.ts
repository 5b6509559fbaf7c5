import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test } from 'vitest';
import { readMeterLine } from '../../helpers/measure/meter/meter-lines.ts';
import { readMeterProgram } from '../../helpers/measure/meter/read-program.ts';

/**
 * A host with two containers, in separate namespaces. The first container has only its bridge at first, with the route
 * to other networks, as while an engine starts it. It joins the overlay when a line comes.
 */
const host = String.raw`set -e
mount -t tmpfs tmpfs /run
ip link set lo up
for bridge in gateway overlay; do ip link add $bridge type bridge; ip link set $bridge up; done
ip address add 172.18.0.1/16 dev gateway
join() {
  ip link add $3$1 type veth peer name $3 netns $1
  ip link set $3$1 master $2 up
  nsenter -t $1 -n sh -c "ip address add $4 dev $3; ip link set $3 up"
}
unshare -n sh -c 'ip link set lo up; echo >/run/one; exec sleep 600' & one=$!
unshare -n sh -c 'ip link set lo up; echo >/run/two; exec sleep 600' & two=$!
until [ -e /run/one ] && [ -e /run/two ]; do sleep 0.05; done
join $two overlay eth0 10.0.9.3/24
join $one gateway eth1 172.18.0.2/16
nsenter -t $one -n ip route add default via 172.18.0.1
folder=/run/docker/containerd/daemon/io.containerd.runtime.v2.task/moby
mkdir -p $folder/one $folder/two
echo $one >$folder/one/init.pid
echo $two >$folder/two/init.pid
(read line <"$1"; join $one overlay eth0 10.0.9.2/24) &
shift
exec perl - run1 600 "$@" 2>&1`;

test('the meter sends from the overlay although a container had another route when it started', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'meter-spec-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const line = join(folder, 'join');
  const program = await readMeterProgram();
  const kinds = ['udp', 'stream', 'icmp', 'tcp'];
  const words = [
    'container:0:one:23017',
    'container:1:two:23017',
    ...kinds.map((kind, index) => `path:${index}:${kind}:0:10.0.9.3:23017::1`),
  ];
  const script = `mkfifo "$1"; ${host}`;
  const namespaces = ['--mount', '--net', '--pid', '--fork', '--kill-child', '--mount-proc'];
  const meter = spawn('unshare', [...namespaces, 'sh', '-c', script, 'sh', line, ...words]);
  // Ends the output as well, so that a path that is never answered fails the test.
  const limit = setTimeout(() => meter.kill('SIGKILL'), 60_000);
  onTestFinished(() => {
    clearTimeout(limit);
    meter.kill('SIGKILL');
  });
  meter.stdin.end(program);
  const seen: string[] = [];
  const answered = new Set<string>();
  let isJoined = false;
  for await (const text of createInterface({ input: meter.stdout })) {
    seen.push(text);
    const parsed = readMeterLine(text);
    if (parsed?.kind !== 'slots') continue;
    const outcomes = parsed.samples.map(({ outcome }) => outcome);
    if (!isJoined && outcomes.includes('no answer')) {
      isJoined = true;
      await writeFile(line, '\n');
    }
    if (outcomes.some((one) => typeof one === 'number')) answered.add(kinds[parsed.path] ?? '');
    if (answered.size === kinds.length) break;
  }
  expect(isJoined, seen.join('\n')).toBe(true);
  expect([...answered].sort(), seen.join('\n')).toEqual(kinds.toSorted());
});
