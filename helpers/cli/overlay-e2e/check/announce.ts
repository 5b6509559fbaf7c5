import type { AuditOptions } from '../../../check/model/options.ts';
import type { AuditTarget } from '../../../check/model/target.ts';
import type { EngineEndpoint } from '../../../docker/endpoints/endpoint.ts';

/** Returns the lines that announce the effects on the hosts, before anything is started. */
export function announce(
  { hosts }: Pick<AuditTarget, 'hosts'>,
  probes: AuditOptions['probes'] = 'privileged',
): string[] {
  const machines = hosts.map(({ engine }) => engine.machine);
  const all = machines.map(({ name, url }) => `${name} (${url})`).join(', ');
  return [
    `checks ${all}`,
    whatRuns(probes),
    ...machines.flatMap(({ name, endpoint }) => warnOf(name, endpoint)),
  ];
}

/** Anyone who can change the packets to Docker's API can become root on its host. */
function warnOf(name: string, endpoint: EngineEndpoint): string[] {
  if (endpoint.kind === 'plain') {
    return [
      `warning: ${name} is reached without TLS: anyone on the network path can become root on ${name}`,
    ];
  }
  if (endpoint.kind === 'tls' && endpoint.anyCertificate === true) {
    return [
      `warning: the context of ${name} sets SkipTLSVerify: its certificate is not checked, and anyone on the network path can become root on ${name}`,
    ];
  }
  return [];
}

function whatRuns(probes: NonNullable<AuditOptions['probes']>): string {
  if (probes === 'none') return 'starts and changes nothing on these hosts';
  const reach =
    probes === 'privileged'
      ? 'which reads all network namespaces'
      : 'which stays outside the containers’ namespaces (kernel tables are skipped)';
  return `starts one small container on each host (label org.overlay-e2e.probe), ${reach}; removes it afterward, and its image unless the host had it; changes nothing else`;
}
