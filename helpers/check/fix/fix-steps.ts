import { isIPv4 } from 'node:net';
import type { Command } from '../model/command.ts';
import { areMembersKnown, coverageOf, isWhollyExamined } from '../derive/coverage.ts';
import type { Diagnosis, Action } from '../model/diagnosis.ts';
import { hostWithDestination, tablesOf } from '../derive/kernel/expected-tables.ts';
import { hostNamed } from '../derive/find-host.ts';
import type { Observation } from '../model/observation.ts';
import type { OverlayTables } from '../model/views/kernel-view.ts';
import { valueOf } from '../model/observed.ts';
import type { Namespace } from '../probe/namespace.ts';
import { isOverlapping } from '../derive/ranges.ts';
import { type PlannedRule, planRule } from './service-steps.ts';

/** A program of the probe with its arguments, without a shell. */
type Program = readonly [string, ...string[]];

/** Something that `--fix` may do on a host to the kernel tables of an overlay or of a load balancer. */
export interface FixStep extends Pick<Action, 'commands' | 'effect'> {
  readonly code: string;
  readonly host: string;
  readonly namespace: Namespace;
  /** Run in the namespace. */
  readonly restores: readonly Program[];
  /** Undoes it: the table is then as it was observed. */
  readonly inverse: readonly Program[];
}

export interface FixPlan {
  readonly steps: readonly FixStep[];
  /** Fixes that are not done, with the reason, a line each. */
  readonly refused: readonly string[];
}

type Found = { readonly diagnoses: readonly Diagnosis[]; readonly observation: Observation };

/**
 * Plans the steps of `--fix`: only commands that restore entries of kernel tables, with every value validated. A deletion
 * requires that every member known to managers or store was examined, so that no container has the entry.
 */
export function planFix({ diagnoses, observation }: Found): FixPlan {
  const steps: FixStep[] = [];
  const refused: string[] = [];
  for (const { code, action } of diagnoses) {
    if (action?.host === undefined || action.restores === undefined) continue;
    const { host, commands, effect } = stepOf(action, action.host);
    const { namespace, planned } = planRestores(action.restores, host, observation);
    const reasons = planned.flatMap((one) => ('refused' in one ? [one.refused] : []));
    if (reasons[0] !== undefined) refused.push(`${code} on ${host}: ${reasons[0]}`);
    else {
      const inverse = planned
        .flatMap((one) => ('inverse' in one ? [one.inverse] : []))
        .toReversed();
      const restores = planned.flatMap((one) => ('program' in one ? [one.program] : []));
      steps.push({ code, host, namespace, commands, restores, inverse, effect });
    }
  }
  return { steps, refused };
}

/** Returns the step that the user agrees to: usually the commands to type. */
function stepOf(
  { commands, effect, restores }: Action,
  host: string,
): Pick<FixStep, 'host' | 'commands' | 'effect'> {
  if (restores === undefined || !('namespace' in restores) || restores.instead === undefined) {
    return { host, commands, effect };
  }
  const { namespace, instead } = restores;
  const inside = restores.commands.map(
    (command): Command => ['nsenter', `--net=${namespace}`, ...command],
  );
  return { ...instead, commands: inside };
}

function planRestores(
  { commands, ...place }: NonNullable<Action['restores']>,
  host: string,
  observation: Observation,
): { readonly namespace: Namespace; readonly planned: readonly PlannedRule[] } {
  if ('namespace' in place) {
    const { namespace } = place;
    return {
      namespace: namespace === 'host' ? 'host' : { path: namespace },
      planned: commands.map((one) => planRule(one, { host, namespace }, observation)),
    };
  }
  const kernel = valueOf(hostNamed(observation, host)?.kernel);
  const tables = tablesOf(kernel?.overlays, place.networkId);
  const planned = commands.map((program): PlannedRule => {
    const one = planCommand(program, tables, observation);
    return 'refused' in one ? one : { ...one, program };
  });
  return { namespace: { overlay: place.networkId }, planned };
}

type Planned = { readonly inverse: Command } | { readonly refused: string };

/** Recognizes the commands that `--fix` may run; anything else, or with any other value, is refused. */
function planCommand(
  command: Command,
  tables: OverlayTables | undefined,
  observation: Observation,
): Planned {
  if (tables === undefined) return { refused: 'its tables were not read' };
  const line = command.join(' ');
  const devices = new Set(tables.vxlans.map(({ name }) => name));
  const [, fdb, mac = '', device = '', to = ''] =
    /^bridge fdb (replace|del) (\S+) dev (\S+) dst (\S+) self(?: permanent)?$/.exec(line) ?? [];
  if (fdb !== undefined) {
    if (!isUnicast(mac) || !isIPv4(to) || !devices.has(device)) return { refused: odd(line) };
    if (fdb === 'del')
      return deletion(observation, ['bridge', 'fdb', 'replace', ...entryWords(mac, device, to)]);
    const isMember = hostWithDestination(observation, to) !== undefined;
    if (!isMember) return { refused: `${to} is not an examined member of the cluster` };
    const before = tables.vxlans
      .find(({ name }) => name === device)
      ?.forwarding.find(
        (one) => one.mac === mac && one.isPermanent && one.destination !== undefined,
      );
    return {
      inverse:
        before?.destination === undefined
          ? ['bridge', 'fdb', 'del', mac, 'dev', device, 'dst', to, 'self']
          : ['bridge', 'fdb', 'replace', ...entryWords(mac, device, before.destination)],
    };
  }
  const [, neigh, address = '', , lladdr = '', on = ''] =
    /^ip neigh (replace|del) (\S+)( lladdr (\S+))? dev (\S+)(?: nud permanent)?$/.exec(line) ?? [];
  if (neigh !== undefined) {
    const isInside = tables.bridges.some(({ addresses }) =>
      addresses.some((range) => isOverlapping(range, address)),
    );
    const isRight = isIPv4(address) && isInside && devices.has(on);
    if (!isRight || (neigh === 'replace' && !isUnicast(lladdr))) return { refused: odd(line) };
    const before = tables.neighbors.find((one) => one.address === address && one.device === on);
    const back: Command =
      before?.mac === undefined
        ? ['ip', 'neigh', 'del', address, 'dev', on]
        : ['ip', 'neigh', 'replace', address, 'lladdr', before.mac, 'dev', on, 'nud', 'permanent'];
    return neigh === 'del' ? deletion(observation, back) : { inverse: back };
  }
  const [, link = ''] = /^ip link set (\S+) up$/.exec(line) ?? [];
  const isLink = [...tables.vxlans, ...tables.bridges].some(({ name }) => name === link);
  return isLink ? { inverse: ['ip', 'link', 'set', link, 'down'] } : { refused: odd(line) };
}

function entryWords(mac: string, device: string, to: string): string[] {
  return [mac, 'dev', device, 'dst', to, 'self', 'permanent'];
}

function deletion(observation: Observation, inverse: Command): Planned {
  if (isWhollyExamined(observation) && areMembersKnown(observation)) return { inverse };
  const { examined, known } = coverageOf(observation);
  return {
    refused:
      examined < known
        ? `nothing is deleted: only ${examined} of ${known} members were examined`
        : 'nothing is deleted: the members of the cluster are unknown',
  };
}

/** Returns true if it is the MAC address of one network card, not of a group or of all. */
function isUnicast(mac: string): boolean {
  return (
    /^(?:[0-9a-f]{2}:){5}[0-9a-f]{2}$/.test(mac) &&
    mac !== '00:00:00:00:00:00' &&
    Number.parseInt(mac.slice(0, 2), 16) % 2 === 0
  );
}

function odd(line: string): string {
  return `--fix does not run this command: ${line}`;
}
