import { knownAddressOf } from '../../derive/find-host.ts';
import type { Place } from '../../model/difference.ts';
import type { Observation } from '../../model/observation.ts';
import { valueOf } from '../../model/observed.ts';
import type { PortAnswer } from '../../model/views/application-view.ts';
import type { FirewallRule } from '../../model/views/kernel-view.ts';
import { contains, readRange } from '../../../process/address-range.ts';
import { rulesAgainst } from '../paths/paths-between.ts';

/**
 * Returns the rules of a host's firewall that name a published port, have matched packets, and drop or reject all of them.
 * A rule without a counter is returned too, as nothing shows that it matches no packets. A rule with further conditions is
 * left out: the packets that it matched may be others, and a fix would delete a rule that someone needs.
 */
export function findPortRules(
  observation: Observation,
  host: string,
  { container, service }: Pick<Place, 'container' | 'service'>,
): FirewallRule[] {
  const { ports = [] } = valueOf(observation.application) ?? {};
  const silent = ports.filter(
    (port) =>
      port.error !== undefined &&
      port.host === host &&
      port.container === container &&
      port.service === service,
  );
  return rulesAgainst(observation, host, 'published').filter(
    (rule) =>
      rule.isConditional !== true &&
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
function mayMatch(
  { source }: FirewallRule,
  { from }: PortAnswer,
  observation: Observation,
): boolean {
  if (source === undefined) return true;
  const sources = readRange(source);
  const own = readRange(knownAddressOf(observation, from) ?? '');
  return sources !== undefined && (own === undefined || contains(sources, own));
}
