import { done, notYet, waitFor } from '../../../process/waits/wait-for.ts';
import type { Capture, InjectedPacket } from '../../probe/packets.ts';
import type { Station } from './probe-host.ts';

/** An injected packet, and its destination. */
export interface ThrowPlan {
  readonly sender: Station;
  readonly receiver: Station;
  readonly packet: InjectedPacket;
}

/** The captures of injected packets, by ID. */
export interface ThrowResult {
  readonly caught: ReadonlyMap<string, readonly Capture[]>;
  /** The reason why a packet could not be sent. */
  readonly errors: ReadonlyMap<string, string>;
}

/** The number of attempts for a packet that does not arrive. */
const TIMES = 3;

/** Milliseconds from one time to the next. */
const EVERY = 300;

/** Sends packets, and again those of them that do not come to where they must; three times in all. */
export async function throwUntilCaught<Plan extends ThrowPlan>(
  name: string,
  plans: readonly Plan[],
  hasCome: (plan: Plan, seen: readonly Capture[]) => boolean,
): Promise<ThrowResult> {
  const caught = new Map<string, readonly Capture[]>();
  const errors = new Map<string, string>();
  let open = plans;
  let times = 0;
  if (open.length === 0) return { caught, errors };
  await waitFor(
    name,
    async () => {
      await throwAll(open, errors);
      await catchAll(open, caught);
      open = open.filter((plan) => !hasCome(plan, caught.get(plan.packet.id) ?? []));
      times += 1;
      return open.length === 0 || times === TIMES
        ? done(undefined)
        : notYet(`${open.length} packets have not arrived`);
    },
    { limit: 60_000, every: EVERY, fatal: () => true },
  );
  return { caught, errors };
}

/** Sends each once. */
export async function throwAll(
  plans: readonly ThrowPlan[],
  errors: Map<string, string>,
): Promise<void> {
  await Promise.all(
    [...Map.groupBy(plans, ({ sender }) => sender)].map(async ([{ packets }, own]) => {
      const failed = await packets.inject(own.map(({ packet }) => packet));
      for (const [id, error] of failed) errors.set(id, error);
    }),
  );
}

/** Adds the captures at their receivers. */
export async function catchAll(
  plans: readonly ThrowPlan[],
  caught: Map<string, readonly Capture[]>,
): Promise<void> {
  await Promise.all(
    [...Map.groupBy(plans, ({ receiver }) => receiver)].map(async ([{ packets }, own]) => {
      const ids = own.map(({ packet }) => packet.id);
      // First all that has come is read.
      await packets.received(ids);
      const { captures: seen } = await packets.captures(ids);
      for (const [id, one] of seen) caught.set(id, one);
    }),
  );
}
