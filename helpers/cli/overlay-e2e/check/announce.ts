import type { AuditOptions } from '../../../check/model/options.ts';
import type { AuditTarget } from '../../../check/model/target.ts';
import type { EngineEndpoint } from '../../../docker/endpoints/endpoint.ts';

/** What is about to happen on whose hosts, line by line: said before anything is started. */
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

/** Docker's API gives root on its host to whoever can change the packets between here and there. */
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
  if (probes === 'none') return 'starts nothing there, and changes nothing: it only asks';
  const reach =
    probes === 'privileged'
      ? 'which looks into all network namespaces'
      : 'which stays outside of the containers’ namespaces: kernels’ tables are left out';
  return `starts one small container on each (label org.overlay-e2e.probe), ${reach}; it is gone with its image when the check ends, and nothing else is changed`;
}
