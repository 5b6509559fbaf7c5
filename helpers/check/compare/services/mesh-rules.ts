import { servicesOnHosts, type ServiceOnHost } from '../../derive/balanced-services.ts';
import { isInside } from '../../derive/ranges.ts';
import type { Comparison } from '../../model/comparison.ts';
import type { Difference } from '../../model/difference.ts';
import type { Observation } from '../../model/observation.ts';
import { valueOf } from '../../model/observed.ts';
import type { MeshRules } from '../../model/views/balancing-view.ts';
import { servicesOutcome } from './services-outcome.ts';

/**
 * The firewall of each host leads packets to published ports into the routing mesh. Without its rule, the engine itself
 * accepts the connections and never answers: that a port is open proves nothing.
 */
export const meshRules: Comparison = {
  name: 'mesh-rules',
  title: 'every node leads packets to published ports into the routing mesh',
  layer: 'services',
  needs: 'privileged-probe',
  compare: (observation) => {
    const all = servicesOnHosts(observation).filter(({ isMesh }) => isMesh);
    const compared = all.flatMap((one) => {
      const { mesh } = valueOf(one.host.balancing) ?? {};
      if (mesh?.before === undefined || mesh.after === undefined) return [];
      return [{ one, before: mesh.before, after: mesh.after }];
    });
    const unread = all.find(({ host }) => !compared.some(({ one }) => one.host === host));
    const differences = compared.flatMap(({ one, before, after }) =>
      findMissing(one, before, after, observation),
    );
    if (unread !== undefined && differences.length === 0) {
      const reason = `the table nat of ${unread.host.name} could not be read`;
      return { state: 'skipped', reason, because: 'failed' };
    }
    return servicesOutcome(
      observation,
      differences,
      compared.map(({ one }) => `${one.host.name}: ports of ${one.service.name}`),
    );
  },
};

function findMissing(
  { host, service, balancer, network, networkId }: ServiceOnHost,
  before: MeshRules,
  after: MeshRules,
  observation: Observation,
): Difference[] {
  const { subnets = [] } =
    valueOf(observation.swarm)?.networks.find(({ id }) => id === networkId) ?? {};
  // The sandbox of the mesh has one more address, at docker_gwbridge.
  const outside = (balancer?.after?.addresses ?? []).filter(
    (address) =>
      !address.startsWith('127.') && !subnets.some((one) => isInside(`${address}/32`, one)),
  );
  const destination = outside.length === 1 ? (outside[0] ?? null) : null;
  return service.ports
    .filter(({ mode, published }) => mode === 'ingress' && published > 0)
    .flatMap(({ protocol, published: port }): Difference[] => {
      const [first, second] = [before, after].map((rules) => {
        const ours = rules.ports.find((rule) => rule.protocol === protocol && rule.port === port);
        const isRight = ours !== undefined && [null, ours.destination].includes(destination);
        if (!rules.hasChain) return { missing: 'chain', destination: null } as const;
        if (!rules.isReached) return { missing: 'jump', destination: null } as const;
        if (isRight) return undefined;
        return { missing: 'rule', destination: ours?.destination ?? null } as const;
      });
      if (first === undefined || second === undefined) return [];
      const why = {
        chain: 'its firewall has no chain DOCKER-INGRESS',
        jump: 'no rule of its firewall leads packets to the chain DOCKER-INGRESS',
        rule: `its chain DOCKER-INGRESS has no rule for the port${second.destination === null ? '' : ` with the address of ${network} on this host`}`,
      }[second.missing];
      return [
        {
          kind: 'mesh-rule-missing',
          where: { host: host.name, service: service.name },
          expected: { protocol, port, destination },
          observed: second,
          text: `${host.name} does not lead packets to port ${port}/${protocol} of ${service.name} into the routing mesh: ${why}`,
        },
      ];
    });
}
