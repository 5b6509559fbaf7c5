import { done, notYet, waitFor } from '../../../../process/waits/wait-for.ts';
import type { Capture, InjectedPacket } from '../../../probe/packets.ts';
import type { ProbeHost } from '../plan/probe-host.ts';

/** An injected packet, and its destination. */
export interface InjectionPlan {
  readonly sender: ProbeHost;
  readonly receiver: ProbeHost;
  readonly packet: InjectedPacket;
}

/** The captures of injected packets, by ID. */
export interface InjectionResult {
  readonly captures: ReadonlyMap<string, readonly Capture[]>;
  /** The reason why a packet could not be sent. */
  readonly errors: ReadonlyMap<string, string>;
}

/** The number of attempts for a packet that does not arrive. */
const TIMES = 3;

/** Milliseconds from one time to the next. */
const EVERY = 300;

/** Sends packets, and again those of them that do not come to where they must; three times in all. */
export async function sendUntilSeen<Plan extends InjectionPlan>(
  name: string,
  plans: readonly Plan[],
  hasCome: (plan: Plan, seen: readonly Capture[]) => boolean,
): Promise<InjectionResult> {
  const captures = new Map<string, readonly Capture[]>();
  const errors = new Map<string, string>();
  let open = plans;
  let times = 0;
  if (open.length === 0) return { captures, errors };
  await waitFor(
    name,
    async () => {
      await injectAll(open, errors);
      await readCaptures(open, captures);
      open = open.filter((plan) => !hasCome(plan, captures.get(plan.packet.id) ?? []));
      times += 1;
      return open.length === 0 || times === TIMES
        ? done(undefined)
        : notYet(`${open.length} packets have not arrived`);
    },
    { limit: 60_000, every: EVERY, fatal: () => true },
  );
  return { captures, errors };
}

/** Sends each once. */
export async function injectAll(
  plans: readonly InjectionPlan[],
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
export async function readCaptures(
  plans: readonly InjectionPlan[],
  captures: Map<string, readonly Capture[]>,
): Promise<void> {
  await Promise.all(
    [...Map.groupBy(plans, ({ receiver }) => receiver)].map(async ([{ packets }, own]) => {
      const ids = own.map(({ packet }) => packet.id);
      // First all that has come is read.
      await packets.received(ids);
      const { captures: seen } = await packets.captures(ids);
      for (const [id, one] of seen) captures.set(id, one);
    }),
  );
}
