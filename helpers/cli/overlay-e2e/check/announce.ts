import type { AuditOptions } from '../../../check/options.ts';
import type { AuditTarget } from '../../../check/target.ts';

/** What is about to happen on whose hosts, line by line: said before anything is started. */
export function announce(
  { hosts }: Pick<AuditTarget, 'hosts'>,
  probes: AuditOptions['probes'] = 'privileged',
): string[] {
  const machines = hosts.map(({ engine }) => engine.machine);
  const all = machines.map(({ name, url }) => `${name} (${url})`).join(', ');
  const open = machines.filter(({ endpoint }) => endpoint.kind === 'plain');
  return [
    `checks ${all}`,
    whatRuns(probes),
    ...open.map(({ name }) => `${name} is asked without TLS: whoever is on the way may listen`),
  ];
}

function whatRuns(probes: NonNullable<AuditOptions['probes']>): string {
  if (probes === 'none') return 'starts nothing there, and changes nothing: it only asks';
  const reach =
    probes === 'privileged'
      ? 'which looks into all network namespaces'
      : 'which stays outside of the containers’ namespaces: kernels’ tables are left out';
  return `starts one small container on each (label org.overlay-e2e.probe), ${reach}; it is gone with its image when the check ends, and nothing else is changed`;
}
