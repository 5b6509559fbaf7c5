import type { Place } from './difference.ts';

/** Formats a location: "master-host → worker-host, network my-net, tomcat-app → mysqlserver". */
export function placeInWords({ host, peer, network, service, container, towards }: Place): string {
  const parts = [
    joinEndpoints(host, peer),
    network === undefined ? undefined : `network ${network}`,
    service === undefined ? undefined : `service ${service}`,
    joinEndpoints(container, towards),
  ].filter((part) => part !== undefined);
  return parts.length === 0 ? 'the cluster' : parts.join(', ');
}

function joinEndpoints(from: string | undefined, to: string | undefined): string | undefined {
  if (from !== undefined && to !== undefined) return `${from} → ${to}`;
  return from ?? (to === undefined ? undefined : `→ ${to}`);
}
