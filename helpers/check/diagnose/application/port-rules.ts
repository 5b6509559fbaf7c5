import { hostNamed } from '../../derive/find-host.ts';
import type { Place } from '../../model/difference.ts';
import type { Observation } from '../../model/observation.ts';
import { valueOf } from '../../model/observed.ts';
import type { PortAnswer } from '../../model/views/application-view.ts';
import type { FirewallRule } from '../../model/views/kernel-view.ts';
import { contains, readRange } from '../../../process/address-range.ts';

/**
 * Returns the rules of a host's firewall that name a published port, have matched packets, and drop or reject all of them.
 * A rule without a counter is returned too, as nothing shows that it matches no packets.
 */
export function findPortRules(
  observation: Observation,
  { host, container, service }: Pick<Place, 'host' | 'container' | 'service'>,
): FirewallRule[] {
  const { ports = [] } = valueOf(observation.application) ?? {};
  const silent = ports.filter(
    (port) =>
      port.error !== undefined &&
      port.host === host &&
      port.container === container &&
      port.service === service,
  );
  const kernel = valueOf(hostNamed(observation, host)?.kernel);
  const rules = valueOf(kernel?.firewall) ?? [];
  return rules.filter(
    (rule) =>
      rule.concerns.includes('published') &&
      (rule.verdict === 'drop' || rule.verdict === 'reject') &&
      rule.isPartial !== true &&
      rule.packets !== 0 &&
      silent.some((port) => namesPort(rule, port) && mayMatch(rule, port, observation)),
  );
}

/** The engine has rewritten the address and the port of packets that the host forwards to a container. */
function namesPort(
  { hooks, ports = [] }: FirewallRule,
  { address, containerPort, service }: PortAnswer,
): boolean {
  const published = Number(address.split(':').at(-1));
  const forwarded = service === undefined ? Number.parseInt(containerPort, 10) : published;
  return hooks.some((hook) => {
    const port = hook === 'forward' ? forwarded : published;
    return ports.some(([first, last]) => first <= port && port <= last);
  });
}

/** Returns false for a rule that is only for packets from elsewhere. The address of the check's own machine is unknown. */
function mayMatch({ text }: FirewallRule, { from }: PortAnswer, observation: Observation): boolean {
  const [, iptables, nft = iptables] = /(?:^|[^!] )-s (\S+)|ip saddr (\d\S+)/.exec(text) ?? [];
  const sources = nft === undefined ? undefined : readRange(nft);
  const own = readRange(hostNamed(observation, from)?.address ?? '');
  return sources === undefined || own === undefined || contains(sources, own);
}
