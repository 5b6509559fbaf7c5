import {
  duplicateBackend,
  missingDockerRules,
  needsDockerRules,
  deletionsOf,
} from '../../derive/docker-rules.ts';
import { observedKernels } from '../../derive/kernel/expected-tables.ts';
import type { Comparison } from '../../model/comparison.ts';
import type { Difference } from '../../model/difference.ts';
import type { HostView } from '../../model/observation.ts';
import { kernelOutcome } from '../kernel/kernel-outcome.ts';

/** Every host has the firewall rules that its engine has written, once. A reload of another firewall may delete them. */
export const dockerRules: Comparison = {
  name: 'docker-rules',
  title: "every host has its engine's firewall rules, once",
  layer: 'kernel',
  needs: 'privileged-probe',
  compare: (observation) => {
    const hosts = observedKernels(observation).map(({ host }) => host);
    return kernelOutcome(
      observation,
      hosts.flatMap((host) => [...describeMissing(host), ...describeDoubled(host)]),
      hosts.flatMap((host) =>
        missingDockerRules(host) === undefined ? [] : `${host.name}: no rule of Docker is missing`,
      ),
    );
  },
};

function describeMissing(host: HostView): Difference[] {
  const missing = missingDockerRules(host) ?? [];
  // Without such containers, nothing uses the rules.
  if (missing.length === 0 || !needsDockerRules(host)) return [];
  return [
    {
      kind: 'docker-rules-missing',
      where: { host: host.name },
      expected: missing,
      observed: [],
      text: `${host.name} lacks firewall rules of its engine: ${missing.join('; ')}`,
    },
  ];
}

function describeDoubled(host: HostView): Difference[] {
  const double = duplicateBackend(host);
  if (double === undefined) return [];
  const rules = deletionsOf(double);
  return [
    {
      kind: 'docker-rules-duplicated',
      where: { host: host.name },
      expected: 'rules of Docker in one backend of iptables',
      observed: { tool: double.tool, rules: rules.length },
      text: `${host.name} has rules of Docker in iptables-legacy and in iptables-nft; those of ${double.tool} are left over`,
    },
  ];
}
