import { z } from 'zod';
import type { Diagnosis, Action } from '../../model/diagnosis.ts';
import { type Difference, type DifferenceKind, ofKind } from '../../model/difference.ts';
import { knownAddressOf } from '../../derive/find-host.ts';
import type { Observation } from '../../model/observation.ts';
import type { TargetStore } from '../../model/target.ts';
import { valueOf } from '../../model/observed.ts';
import { storesOf } from '../../derive/cluster-kind.ts';
import { isAt } from '../consequences.ts';
import type { Rule } from '../rule.ts';
import { traitsOf } from '../../model/cluster-traits.ts';

/** Symptoms of engines without their store: they list networks from it, and hang on requests that need it. */
const lost: ReadonlySet<DifferenceKind> = new Set<DifferenceKind>([
  'engine-silent',
  'network-missing',
  'keystore-member-missing',
  'gossip-unaware',
  'gossip-path-dead',
  'name-unanswered',
]);

/** The store does not answer at all, or not to a host that needs it. */
export const keystoreUnreachable: Rule = {
  name: 'keystore-unreachable',
  explain: (open, observation) => {
    const silences = ofKind(open, 'keystore-silent');
    const dead = silences.find(({ where }) => where.host === undefined);
    if (dead !== undefined) {
      return [
        {
          code: 'keystore-unreachable',
          where: {},
          summary: dead.text,
          evidence: silences,
          consequences: open.filter(isLost),
          action: bringBack(storeOf(observation), observation),
        },
      ];
    }
    const barred = silences.map((silence) => blame(silence, open, observation));
    const hanging = ofKind(open, 'engine-silent').filter(
      (one) =>
        one.observed === 'hangs' &&
        traitsOf(observation).hasStore &&
        !silences.some(({ where }) => where.host === one.where.host),
    );
    return [...barred, ...hanging.map((one) => blame(one, open, observation))];
  },
};

function isLost(one: Difference): boolean {
  return lost.has(one.kind) && !(one.kind === 'engine-silent' && one.observed === 'silent');
}

function blame(
  cause: Difference,
  open: readonly Difference[],
  observation: Observation,
): Diagnosis {
  const { host } = cause.where;
  const store = storeOf(observation);
  const place = store === undefined ? 'its store' : `${store.address}:${store.port}`;
  return {
    code: 'keystore-unreachable',
    where: { host },
    summary:
      cause.kind === 'keystore-silent'
        ? cause.text
        : `${host} probably cannot reach the key-value store at ${place}: its engine runs, but hangs on every request that needs the store`,
    evidence: [cause],
    consequences: open.filter((one) => one !== cause && isAt(one, host) && isLost(one)),
    action: showFirewall(host, store, observation),
  };
}

/** Returns the store, also if it hangs and no engine reports it. */
function storeOf({ store, namedStore, hosts }: Observation): TargetStore | undefined {
  return valueOf(store)?.store ?? storesOf({ store: namedStore }, hosts)[0];
}

function bringBack(store: TargetStore | undefined, observation: Observation): Action {
  const known = store === undefined ? undefined : findContainer(store, observation);
  if (known !== undefined) {
    const { host, name, status } = known;
    const isPaused = status === 'paused';
    return {
      kind: 'fix',
      host,
      commands: [['docker', isPaused ? 'unpause' : 'start', name]],
      effect: `Runs the ${status} container of the store again.`,
    };
  }
  return {
    kind: 'next-step',
    host: store?.address,
    commands: [['docker', 'ps', '--all']],
    effect: `Shows whether the container of the store runs there. If it has exited, run "docker start"; if it is paused, run "docker unpause". If it runs, a firewall blocks port ${store?.port ?? 'of the store'}.`,
  };
}

/** The store's container, where it is on a host of the cluster and does not run. */
function findContainer({ address, port }: TargetStore, { hosts }: Observation) {
  const host = hosts.find((one) => one.address === address);
  const found = (valueOf(host?.engine)?.containers ?? []).find(
    ({ status, hostConfig }) =>
      (status === 'paused' || status === 'exited') &&
      `${port}/tcp` in (bindings.safeParse(hostConfig['PortBindings']).data ?? {}),
  );
  return host === undefined || found === undefined
    ? undefined
    : { host: host.name, name: found.name, status: found.status };
}

const bindings = z.record(z.string(), z.unknown());

function showFirewall(
  host: string | undefined,
  store: TargetStore | undefined,
  observation: Observation,
): Action {
  const from = knownAddressOf(observation, host);
  const source = from === undefined ? '' : ` with source ${from}`;
  return {
    kind: 'next-step',
    host: store?.address,
    commands: [['iptables-save', '-c']],
    effect: `Shows the firewall rules that may block ${host}. Look for one${source} or port ${store?.port ?? 'of the store'}; "iptables -D" deletes it.`,
  };
}
