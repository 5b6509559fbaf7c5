import { isIPv4 } from 'node:net';
import { hostNamed } from '../derive/find-host.ts';
import { markOf, servicesOnHosts } from '../derive/balanced-services.ts';
import { servicesOf } from '../derive/services.ts';
import type { Command } from '../model/command.ts';
import type { Observation } from '../model/observation.ts';
import { valueOf } from '../model/observed.ts';
import type { Balancer } from '../model/views/balancing-view.ts';

/** A command that `--fix` may run as this program of the probe, and its inverse; or why it refuses the command. */
export type PlannedRule =
  | {
      readonly program: readonly [string, ...string[]];
      readonly inverse: readonly [string, ...string[]];
    }
  | { readonly refused: string };

/** The rules of an engine that `--fix` may write again, by their table. */
const rules = [
  /^mangle -A INPUT -d (?<virtual>[\d.]+)\/32 -j MARK --set-mark 0x[\da-f]{1,8}$/,
  /^mangle -A PREROUTING -p (?<port>(?:tcp|udp|sctp) --dport \d{1,5}) -j MARK --set-mark 0x[\da-f]{1,8}$/,
  /^nat -A POSTROUTING -d (?<subnet>[\d.]+\/\d{1,2}) -m ipvs --ipvs -j SNAT --to-source (?<own>[\d.]+)$/,
  /^nat -I PREROUTING -m addrtype --dst-type LOCAL -j DOCKER-INGRESS$/,
  /^nat -I DOCKER-INGRESS -p (?<port>(?:tcp|udp|sctp) --dport (?<number>\d{1,5})) -j DNAT --to-destination (?<own>[\d.]+):\k<number>$/,
];

/**
 * Recognizes the commands that restore rules and addresses of load balancers. Every address and port must be one of the swarm's
 * services or of the host's load balancers.
 */
export function planRule(
  command: Command,
  { host, namespace }: { readonly host: string; readonly namespace: string },
  observation: Observation,
): PlannedRule {
  const line = command.join(' ');
  const refused = { refused: `--fix does not run this command: ${line}` };
  const { balancers = [], mesh } = valueOf(hostNamed(observation, host)?.balancing) ?? {};
  const services = valueOf(servicesOf(observation))?.services ?? [];
  const sandbox = balancers.find((one) => one.namespace === namespace);
  const tool = namespace === 'host' ? mesh?.after?.tool : sandbox?.after?.tool;
  if (tool === undefined) return { refused: `the rules of ${namespace} were not read` };
  const known = {
    virtual: new Set(services.flatMap((one) => Object.values(one.virtualAddresses))),
    port: new Set(
      services.flatMap(({ ports }) =>
        ports.map(({ protocol, published }) => `${protocol} --dport ${published}`),
      ),
    ),
    subnet: new Set((valueOf(observation.swarm)?.networks ?? []).flatMap(({ subnets }) => subnets)),
    own: new Set(balancers.flatMap(({ after }) => after?.addresses ?? [])),
  };
  const server = planServer(line, host, sandbox, observation);
  if (server !== undefined) return server;
  const [, address = ''] = /^ip address add ([\d.]+)\/32 dev eth0$/.exec(line) ?? [];
  if (known.virtual.has(address) && isIPv4(address) && sandbox !== undefined) {
    const words = [`${address}/32`, 'dev', 'eth0'];
    return {
      program: ['ip', 'address', 'add', ...words],
      inverse: ['ip', 'address', 'del', ...words],
    };
  }
  const [program, option, table, verb, ...rest] = command;
  const rule = [table, verb, ...rest].join(' ');
  const found = rules.map((pattern) => pattern.exec(rule)).find((match) => match !== null);
  const values = Object.entries(found?.groups ?? {}).filter(([name]) => name !== 'number');
  const isKnown = values.every(
    ([name, value]) => Object.hasOwn(known, name) && known[name as keyof typeof known].has(value),
  );
  if (program !== 'iptables' || option !== '-t' || table === undefined || !found || !isKnown) {
    return refused;
  }
  const start = [`xtables-${tool}-multi`, 'iptables', '-t', table] as const;
  return { program: [...start, verb ?? '', ...rest], inverse: [...start, '-D', ...rest] };
}

/** The program of a step that changes a real server: the probe's agent does it, so that no host needs ipvsadm. */
export const IPVS = 'ipvs';

/** Recognizes a change of a real server: a task that runs is added, or an address that its service does not have is removed. */
function planServer(
  line: string,
  host: string,
  sandbox: Balancer | undefined,
  observation: Observation,
): PlannedRule | undefined {
  const [, verb, mark = '', address = '', rest = ''] =
    /^ipvsadm -([ade]) -f (\d{1,10}) -r ([\d.]+)((?: -m -w 1)?)$/.exec(line) ?? [];
  const { after } = sandbox ?? {};
  if (verb === undefined || after === undefined || !isIPv4(address)) return undefined;
  const owners = servicesOnHosts(observation).filter(
    (one) =>
      one.host.name === host &&
      one.balancer === sandbox &&
      markOf(after, one.address) === Number(mark),
  );
  const isTask = owners.some(({ steady }) => steady.some((task) => task.address === address));
  const isForeign = owners.length > 0 && owners.every(({ possible }) => !possible.has(address));
  const words = (change: string, weight: number) =>
    [IPVS, change, mark, address, `${weight}`] as const;
  if (verb === 'd' && rest === '' && isForeign) {
    return { program: words('remove', 0), inverse: words('add', 1) };
  }
  if (!isTask || rest === '') return undefined;
  return verb === 'a'
    ? { program: words('add', 1), inverse: words('remove', 0) }
    : verb === 'e'
      ? { program: words('weigh', 1), inverse: words('weigh', 0) }
      : undefined;
}
