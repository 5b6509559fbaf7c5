import type { Timing } from '../../model/paths-view.ts';
import type { NumberTrial, TrialPlan } from './trial-plan.ts';

/** Packets on each way. */
const PACKETS = 20;

/** Ways of a kind that are timed at most: of many hosts, the first. */
const MOST_WAYS = 6;

/** What does not answer so often is no longer asked: each takes seconds. */
const MOST_LOST = 2;

/**
 * Sends ICMP echoes of the plans' ways, one packet at a time: sent side by side, they would wait for each other, and one
 * would measure the probe.
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
    timings.push(await timeWay(plan, number));
  }
  return timings;
}

async function timeWay(
  { asker, network, from, to, question }: TrialPlan,
  number: NumberTrial,
): Promise<Timing> {
  const milliseconds: number[] = [];
  let lost = 0;
  for (let sent = 0; sent < PACKETS && lost < MOST_LOST; sent += 1) {
    const [result] = await asker.packets.ask([{ ...question, id: number() }]);
    // What was answered the second time is late by the pause before it: the first was lost.
    if (result?.milliseconds === undefined || result.sends > 1) lost += 1;
    else milliseconds.push(result.milliseconds);
  }
  return { network: network?.name, from, to, milliseconds, lost };
}
