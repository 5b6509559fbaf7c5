import { randomBytes } from 'node:crypto';
import { startNumbers } from '../../helpers/check/observe/paths/plan/trial-plan.ts';
import type { TrialRequest } from '../../helpers/check/probe/packets.ts';
import { done, notYet, waitFor } from '../../helpers/process/waits/wait-for.ts';
import { expect, type ProbeLab, type Probes } from './lab.ts';

const VXLAN_PORT = 4789;

const RUN = randomBytes(4).toString('hex');
const number = startNumbers(RUN);

/** Opens listeners and captures in all namespaces on the path between the two containers. */
export async function watchAll(
  { left, right, networkId }: ProbeLab,
  probes: Probes,
): Promise<{ udp: number; tcp: number }> {
  const overlay = { overlay: networkId };
  await Promise.all([probes.left.packets.expect(RUN), probes.right.packets.expect(RUN)]);
  await Promise.all([
    probes.left.packets.capture(VXLAN_PORT, ['host', overlay, { pid: left.pid }]),
    probes.right.packets.capture(VXLAN_PORT, ['host', overlay, { pid: right.pid }]),
  ]);
  const [listener] = await probes.right.packets.listen([{ pid: right.pid }]);
  if (listener === undefined || 'error' in listener) throw new Error(listener?.error);
  expect(listener.links).toContainEqual({ name: 'eth0', address: right.address, mtu: 1450 });
  return listener;
}

/** Returns a request from the left container to the right one. */
export function requestTo(
  { left, right }: ProbeLab,
  protocol: TrialRequest['protocol'],
  port: number,
  size: number,
): TrialRequest {
  return {
    id: number(),
    protocol,
    namespace: { pid: left.pid },
    source: left.address,
    destination: right.address,
    port,
    size,
  };
}

/** Sends requests and waits until all are answered: a reply from a busy host may be late. */
export async function requestAll(
  { right }: ProbeLab,
  probes: Probes,
  requests: readonly TrialRequest[],
): Promise<void> {
  await probes.left.packets.request(requests);
  const results = await waitFor(
    'requests to the right container: all answered',
    async () => {
      const all = await probes.left.packets.results(requests.map(({ id }) => id));
      return all.every(({ answered }) => answered) ? done(all) : notYet(JSON.stringify(all));
    },
    { limit: 60_000 },
  );
  expect(results.map(({ from }) => from)).toEqual(requests.map(() => right.address));
}

/** Returns the probes' captures of a trial's request, in words: `host eth1 in 192.168.99.101 > 192.168.99.102`. */
export async function hopsOf(
  probes: Probes,
  id: string,
): Promise<Record<'left' | 'right', string[]>> {
  const [left = [], right = []] = await Promise.all(
    [probes.left, probes.right].map(async (probe) => {
      const { captures: caught, lost } = await probe.packets.captures([id]);
      expect(lost, probe.host).toBe(0);
      const requests = (caught.get(id) ?? []).filter(({ what }) => what === 'request');
      return requests.map(({ namespace, device, direction, outer }) => {
        const where = namespace.replace(/^pid:.*/, 'container').replace(/:.*/, '');
        const hop = `${where} ${device} ${direction}`;
        return outer === undefined ? hop : `${hop} ${outer.source} > ${outer.destination}`;
      });
    }),
  );
  return { left, right };
}
