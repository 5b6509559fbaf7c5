import { InvalidAnswer } from '../../docker/connection.ts';
import { type Observed, withValue, withoutValue } from '../model/observed.ts';
import type { Probe } from '../probe/probe.ts';
import type { TargetHost } from '../model/target.ts';
import { addressOf, observeEngine, takePulse } from './engines.ts';
import { observePart } from './observe-part.ts';
import type { Probes } from './open-probes.ts';
import type { QueriedHost } from '../model/observation.ts';

/** The first data of a check. */
interface Beginning {
  /** In the same order. */
  readonly hosts: readonly QueriedHost[];
  /** The probes that are being started, by the name of the host. */
  readonly started: Promise<ReadonlyMap<string, Observed<Probe>>>;
}

/** Queries the engine of each host, and starts a probe if it answers. */
export async function beginWithHosts(
  targets: readonly TargetHost[],
  probes: Probes,
  signal: AbortSignal,
): Promise<Beginning> {
  const starting: Promise<readonly [string, Observed<Probe>]>[] = [];
  const hosts = await Promise.all(
    targets.map(async (target) => {
      const host = await queryHost(target, signal);
      const probe =
        'value' in host.engine ? probes.start(target) : withoutValue(host.engine.missing);
      starting.push(Promise.resolve(probe).then((one) => [host.name, one] as const));
      return host;
    }),
  );
  return { hosts, started: Promise.all(starting).then((all) => new Map(all)) };
}

async function queryHost(
  { name, engine, address, reachedAt }: TargetHost,
  signal: AbortSignal,
): Promise<QueriedHost> {
  let isInvalid = false;
  const observe = async () => {
    try {
      return withValue(await observeEngine(engine, signal));
    } catch (error) {
      isInvalid = error instanceof InvalidAnswer;
      throw error;
    }
  };
  // In parallel: an engine that does not answer costs its limit once.
  const [view, pulse] = await Promise.all([
    observePart(`${name}: engine`, signal, observe, name),
    takePulse(engine, signal),
  ]);
  return 'value' in view
    ? {
        name,
        address: address ?? addressOf(view.value) ?? reachedAt,
        engine: view,
        pulse: 'answers',
      }
    : { name, address: address ?? reachedAt, engine: view, pulse: isInvalid ? 'invalid' : pulse };
}
