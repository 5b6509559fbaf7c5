import { describe, expect, test } from 'vitest';
import { diagnoseObservation } from '../../../../helpers/check/audit.ts';
import { lineOf } from '../../../../helpers/check/model/command.ts';
import { withValue } from '../../../../helpers/check/model/observed.ts';
import type { ExpectedService } from '../../../../helpers/check/model/target.ts';
import type { SwarmView } from '../../../../helpers/check/model/views/swarm-view.ts';
import {
  type ServiceFacts,
  serviceAnswer,
} from '../../../../helpers/docker/swarm/service-facts.ts';
import { observationOf } from '../observation.ts';

const expected: ExpectedService = {
  name: 'web',
  replicas: 2,
  networks: ['front'],
  ports: [{ published: 8080, target: 80, protocol: 'tcp', mode: 'ingress' }],
};

const front = {
  id: 'f04nece9xzcx19o9eb81amu11',
  name: 'front',
  subnets: ['10.30.0.0/24'],
  vnis: [4100],
  attachable: false,
};

/** Returns a service as `docker service inspect` prints it. */
function inspected(change: {
  readonly Mode?: object;
  readonly Networks?: readonly object[];
  readonly Ports?: readonly object[];
}): ServiceFacts {
  const {
    Mode = { Replicated: { Replicas: 2 } },
    Networks = [{ Target: front.id, Aliases: ['site'] }],
    Ports = [{ Protocol: 'tcp', TargetPort: 80, PublishedPort: 8080, PublishMode: 'ingress' }],
  } = change;
  return serviceAnswer.parse({
    ID: 'mpi1ezpbd4t5gqu4a6xm3ixfc',
    Spec: { Name: 'web', Mode, TaskTemplate: { Networks }, EndpointSpec: { Mode: 'vip' } },
    Endpoint: { Ports, VirtualIPs: [] },
  });
}

function examine(
  services: readonly ServiceFacts[] | undefined,
  { wanted = expected, later }: { wanted?: ExpectedService; later?: readonly ServiceFacts[] } = {},
) {
  const view: SwarmView = {
    manager: 'one',
    nodes: [],
    networks: [front],
    endpoints: [],
    services,
    tasks: [],
    later: { nodes: [], services: later ?? services ?? [], tasks: [] },
  };
  const report = diagnoseObservation(
    observationOf({
      kind: 'swarm-mode',
      expectations: { services: [wanted] },
      swarm: withValue(view),
    }),
  );
  return {
    state: report.comparisons.find(({ name }) => name === 'services-expected')?.state,
    found: report.diagnoses.map(({ code, where, summary, action }) => ({
      code,
      where,
      summary,
      command: lineOf(action?.commands ?? []),
    })),
  };
}

describe('An expected service', () => {
  test('that exists with more than expected is no finding', () => {
    const service = inspected({
      Mode: { Replicated: { Replicas: 3 } },
      Networks: [{ Target: 'other' }, { Target: 'front' }],
    });
    expect(examine([service])).toEqual({ state: 'passed', found: [] });
    const global = inspected({ Mode: { Global: {} } });
    expect(examine([global], { wanted: { name: 'web' } })).toEqual({ state: 'passed', found: [] });
  });

  test('that the managers do not list is missing', () => {
    expect(examine([]).found).toEqual([
      {
        code: 'service-missing',
        where: { service: 'web' },
        summary: 'the swarm has no service web',
        command: 'docker service ls',
      },
    ]);
  });

  test('that is scaled to 0 is missing, and its fix scales it', () => {
    expect(examine([inspected({ Mode: { Replicated: { Replicas: 0 } } })]).found).toEqual([
      {
        code: 'service-missing',
        where: { service: 'web' },
        summary: 'service web is scaled to 0 tasks',
        command: 'docker service scale web=2',
      },
    ]);
  });

  test.for([
    {
      change: { Mode: { Replicated: { Replicas: 1 } } },
      summary: 'service web has 1 of 2 tasks',
      command: 'docker service scale web=2',
    },
    {
      change: { Networks: [] },
      summary: 'service web is not on the network front',
      command: 'docker service update --network-add front web',
    },
    {
      change: {
        Ports: [{ Protocol: 'tcp', TargetPort: 80, PublishedPort: 8080, PublishMode: 'host' }],
      },
      summary: 'service web does not publish 8080:80/tcp in mode ingress',
      command:
        'docker service update --publish-add published=8080,target=80,protocol=tcp,mode=ingress web',
    },
  ])('with less than expected differs: $summary', ({ change, summary, command }) => {
    expect(examine([inspected(change)]).found).toEqual([
      { code: 'service-differs', where: { service: 'web' }, summary, command },
    ]);
  });

  test('that is back at the end of the check is no finding', () => {
    expect(examine([], { later: [inspected({})] })).toEqual({ state: 'passed', found: [] });
  });

  test('is not examined if the manager did not list its services', () => {
    expect(examine(undefined)).toEqual({ state: 'skipped', found: [] });
  });
});
