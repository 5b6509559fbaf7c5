import { randomBytes } from 'node:crypto';
import { startNumbers } from '../../helpers/check/observe/paths/trial-plan.ts';
import type { TrialRequest } from '../../helpers/check/probe/packets.ts';
import { done, notYet, waitFor } from '../../helpers/process/waits/wait-for.ts';
import { expect, type ProbeLab, type Probes } from './lab.ts';

const VXLAN_PORT = 4789;

const RUN = randomBytes(4).toString('hex');
const number = startNumbers(RUN);

/** Opens listeners and captures wherever packets between the two containers pass. */
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

/** A question from the container on the left to that on the right. */
export function questionTo(
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

/** Asks, and waits until all are answered: an answer of a busy host may come late. */
export async function askAll(
  { right }: ProbeLab,
  probes: Probes,
  questions: readonly TrialRequest[],
): Promise<void> {
  await probes.left.packets.request(questions);
  const results = await waitFor(
    'questions to the container on the right: all answered',
    async () => {
      const all = await probes.left.packets.results(questions.map(({ id }) => id));
      return all.every(({ answered }) => answered) ? done(all) : notYet(JSON.stringify(all));
    },
    { limit: 60_000 },
  );
  expect(results.map(({ from }) => from)).toEqual(questions.map(() => right.address));
}

/** Where the probes have seen the question of that trial, in words: `host eth1 in 192.168.99.101 > 192.168.99.102`. */
export async function hopsOf(
  probes: Probes,
  id: string,
): Promise<Record<'left' | 'right', string[]>> {
  const [left = [], right = []] = await Promise.all(
    [probes.left, probes.right].map(async (probe) => {
      const { captures: caught, lost } = await probe.packets.captures([id]);
      expect(lost, probe.host).toBe(0);
      const questions = (caught.get(id) ?? []).filter(({ what }) => what === 'request');
      return questions.map(({ namespace, device, direction, outer }) => {
        const where = namespace.replace(/^pid:.*/, 'container').replace(/:.*/, '');
        const hop = `${where} ${device} ${direction}`;
        return outer === undefined ? hop : `${hop} ${outer.source} > ${outer.destination}`;
      });
    }),
  );
  return { left, right };
}
