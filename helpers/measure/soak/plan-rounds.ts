import { faultCatalog } from '../../fault/catalog.ts';
import {
  type FaultCluster,
  type FaultName,
  faultNames,
  type FaultRequest,
} from '../../fault/fault.ts';
import { InputError } from '../../process/errors/input-error.ts';

/** One round of a soak test: a fault for some seconds, or the restart of a container. */
export type Round =
  | { readonly kind: 'fault'; readonly request: FaultRequest; readonly seconds: number }
  | { readonly kind: 'redeployment'; readonly container: string };

/** The share of rounds that restart a container. */
const REDEPLOYMENTS = 0.2;

/** Faults that need more than every kernel has, or more machines. */
const left = new Set(['partition-ring', 'partition-one-way']);

/**
 * Returns the rounds of a soak test without end. The same seed, cluster and exceptions give the same rounds. Throws an
 * InputError at the first one if nothing is left.
 *
 * @param containers that may be restarted
 * @param except faults to leave out
 */
export function* planRounds(
  seed: number,
  cluster: FaultCluster,
  containers: readonly string[],
  except: readonly FaultName[] = [],
): Generator<Round, never> {
  const random = randomOf(seed);
  const pick = <T>(all: readonly T[]): T => all[Math.floor(random() * all.length)] as T;
  const machines = cluster.machines.map(({ name }) => name);
  const fitting = faultNames.filter((name) => {
    const { needs, ownKernel } = faultCatalog[name];
    if (needs !== undefined || ownKernel !== undefined || left.has(name)) return false;
    if (except.includes(name)) return false;
    if (name.startsWith('store-')) return cluster.store !== undefined;
    return name !== 'leader-lost' || cluster.leader !== undefined;
  });
  // The machine of the store has the faults of the store.
  const targets = machines.filter((name) => name !== cluster.store?.machine);
  if (fitting.length === 0 && containers.length === 0) {
    throw new InputError({
      code: 'input-invalid',
      subject: `--except ${except.join(' ')}`,
      observed: 'no fault and no container is left',
      hint: 'leave out fewer faults',
    });
  }
  for (;;) {
    // A number is drawn only if it decides something: seeds of older versions stay the same.
    if (containers.length > 0 && (fitting.length === 0 || random() < REDEPLOYMENTS)) {
      yield { kind: 'redeployment', container: pick(containers) };
      continue;
    }
    const name = pick(fitting);
    const {
      machines: [, most],
      by,
    } = faultCatalog[name];
    const request: FaultRequest = {
      name,
      ...(most === 0 ? {} : { machines: [pick(targets)] }),
      ...(by === undefined ? {} : { by: Math.round(by.least + random() * (by.most - by.least)) }),
    };
    yield { kind: 'fault', request, seconds: 2 + Math.floor(random() * 14) };
  }
}

/** Returns a generator of numbers from 0 up to 1: mulberry32. */
function randomOf(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Describes a round: `partition worker-host for 7 s`. */
export function roundInWords(round: Round): string {
  if (round.kind === 'redeployment') return `restart ${round.container}`;
  const { name, machines = [], by } = round.request;
  const extent = by === undefined ? [] : [`by ${by}`];
  return [name, ...machines, ...extent, `for ${round.seconds} s`].join(' ');
}
