import type { Timing } from '../../../model/views/paths-view.ts';
import type { NumberTrial, TrialPlan } from '../plan/trial-plan.ts';

/** Packets on each way. */
const PACKETS = 20;

/** Ways of a kind that are timed at most: of many hosts, the first. */
const MOST_WAYS = 6;

/** The number of losses after which a path is given up: each takes seconds. */
const MOST_LOST = 2;

/**
 * Sends ICMP echoes on the planned paths, one packet at a time: in parallel, they would wait for each other and distort the
 * times.
 */
export async function timePackets(
  plans: readonly TrialPlan[],
  number: NumberTrial,
): Promise<Timing[]> {
  const echoes = plans.filter(({ protocol }) => protocol === 'icmp');
  const [inside, outside] = [true, false].map((isInside) =>
    echoes.filter(({ network }) => (network !== undefined) === isInside).slice(0, MOST_WAYS),
  );
  const timings: Timing[] = [];
  for (const plan of [...(outside ?? []), ...(inside ?? [])]) {
    timings.push(await timePath(plan, number));
  }
  return timings;
}

async function timePath(
  { sender, network, from, to, question }: TrialPlan,
  number: NumberTrial,
): Promise<Timing> {
  const milliseconds: number[] = [];
  let lost = 0;
  for (let sent = 0; sent < PACKETS && lost < MOST_LOST; sent += 1) {
    const [result] = await sender.packets.request([{ ...question, id: number() }]);
    // An answer to the second attempt includes the pause: the first one was lost.
    if (result?.milliseconds === undefined || result.sends > 1) lost += 1;
    else milliseconds.push(result.milliseconds);
  }
  return { network: network?.name, from, to, milliseconds, lost };
}
