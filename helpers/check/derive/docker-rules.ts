import type { Command, Program } from '../model/command.ts';
import type { HostView } from '../model/observation.ts';
import { valueOf } from '../model/observed.ts';
import type { DockerFirewall, DockerRule, DockerRules } from '../model/views/host-state.ts';
import { containersWithGateway, masqueradedNetworks } from './gateway-bridge.ts';

/** The rules that packets of a host's containers need, and that its engine has written. */
interface NeededRule {
  /** In words: "nat PREROUTING -j DOCKER". */
  readonly text: string;
  readonly matches: (rule: DockerRule) => boolean;
}

/** Returns Docker's rules that no backend of a host has, at both reads; undefined without a read. */
export function missingDockerRules(host: HostView): readonly string[] | undefined {
  const { before, after } = valueOf(host.kernel)?.host ?? {};
  const first = before?.docker;
  if (first === undefined || first.usesNftables || first.isUnmanaged) return undefined;
  const again = after?.docker ?? first;
  return neededRules(host)
    .filter((needed) => !has(first, needed) && !has(again, needed))
    .map(({ text }) => text);
}

function has({ backends }: DockerFirewall, { matches }: NeededRule): boolean {
  return backends.some(({ rules }) => rules.some(matches));
}

/** Names of chains differ between releases; each release leads to a chain of Docker. */
function neededRules(host: HostView): NeededRule[] {
  const masquerades = masqueradedNetworks(host).flatMap(({ name, subnets }) =>
    subnets
      .filter((subnet) => /^\d+\./.test(subnet))
      .map((subnet): NeededRule => {
        return {
          text: `nat POSTROUTING -s ${subnet} -j MASQUERADE (network ${name})`,
          matches: ({ table, chain, words }) =>
            table === 'nat' &&
            chain === 'POSTROUTING' &&
            (words.includes('MASQUERADE') || words.includes('SNAT')) &&
            (words.includes(subnet) || !words.includes('-s')),
        };
      }),
  );
  return [leadsToDocker('filter', 'FORWARD'), leadsToDocker('nat', 'PREROUTING'), ...masquerades];
}

function leadsToDocker(wantedTable: string, wantedChain: string): NeededRule {
  return {
    text: `${wantedTable} ${wantedChain} -j DOCKER…`,
    matches: ({ table, chain, words }) =>
      table === wantedTable &&
      chain === wantedChain &&
      // That chain has rules of the user, and since Docker 28 one other rule leads to all of Docker's.
      words.some((word) => word.startsWith('DOCKER') && word !== 'DOCKER-USER'),
  };
}

/** Returns true if containers of a host use its engine's rules: to publish ports, or to reach other networks. */
export function needsDockerRules(host: HostView): boolean {
  const { containers = [] } = valueOf(host.engine) ?? {};
  const publishes = containers.some(
    ({ running, ports }) => running && Object.values(ports).some((bindings) => bindings.length > 0),
  );
  return publishes || containersWithGateway(host).length > 0;
}

/** Returns the backend that has old rules of Docker, in addition to the backend that the engine uses; undefined without one. */
export function duplicateBackend(host: HostView): DockerRules | undefined {
  const { before, after } = valueOf(host.kernel)?.host ?? {};
  const { backends = [] } = (after ?? before)?.docker ?? {};
  const used = backends.filter(({ rules }) => rules.some(isOfDocker));
  if (used.length < 2) return undefined;
  // The engine keeps its own rules up to date: the other backend lacks more of them, or has as many.
  const needed = neededRules(host);
  const lacks = ({ rules }: DockerRules) =>
    needed.filter(({ matches }) => !rules.some(matches)).length;
  return used.toSorted((one, other) => lacks(other) - lacks(one) || rank(one) - rank(other))[0];
}

/** Systems with both use nftables. */
function rank({ tool }: DockerRules): number {
  return tool === 'iptables-legacy' ? 0 : 1;
}

/** Returns true if a rule leads to a chain of Docker. */
function isOfDocker({ words }: DockerRule): boolean {
  return words.some((word) => word.startsWith('DOCKER'));
}

/** Returns the commands that delete Docker's rules in the kernel's own chains of a backend. */
export function deletionsOf({ tool, rules }: DockerRules) {
  const program: Program = tool === 'iptables-legacy' ? 'iptables-legacy' : 'iptables';
  return rules
    .filter(isOwn)
    .map(
      ({ table, chain, words }) => [program, '-t', table, '-D', chain, ...words] satisfies Command,
    );
}

/** Returns true if a rule leads to a chain of Docker or concerns one of its bridges. */
function isOwn(rule: DockerRule): boolean {
  return isOfDocker(rule) || rule.words.some((word) => /^(docker0|docker_gwbridge|br-)/.test(word));
}
