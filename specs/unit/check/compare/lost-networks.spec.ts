import { expect, test } from 'vitest';
import { diagnoseObservation } from '../../../../helpers/check/audit.ts';
import type { Layer } from '../../../../helpers/check/model/comparison.ts';
import type { Observation } from '../../../../helpers/check/model/observation.ts';
import { valueOf, withValue } from '../../../../helpers/check/model/observed.ts';
import type { EngineView } from '../../../../helpers/check/model/views/engine-view.ts';
import { reportOfLayer } from '../../../../helpers/check/narrow-report.ts';
import { overlayOf } from '../observation.ts';
import { twoHosts } from './kernel/two-hosts.ts';

/** Returns the hosts with other data of each engine. */
function withEngines(
  { hosts }: Observation,
  change: (view: EngineView) => Partial<EngineView>,
): Pick<Observation, 'hosts'> {
  return {
    hosts: hosts.map((host) => {
      const view = valueOf(host.engine);
      return view === undefined
        ? host
        : { ...host, engine: withValue({ ...view, ...change(view) }) };
    }),
  };
}

const names = withValue({ answers: [], blind: [], deaf: [], questions: { all: 0, asked: 0 } });
const healthy = twoHosts({ rest: { names } });

function verdictOf(observation: Observation, layer: Layer) {
  const report = { startedAt: '', milliseconds: 0, ...diagnoseObservation(observation) };
  return reportOfLayer(report, layer);
}

test('Two hosts whose engines list the network have a healthy kernel layer', () => {
  expect(verdictOf(healthy, 'kernel').verdict).toBe('healthy');
});

test('A network that both engines have lost leaves no layer healthy that needs it', () => {
  const lost = { ...healthy, ...withEngines(healthy, () => ({ networks: [] })) };
  for (const layer of ['kernel', 'names', 'paths'] as const) {
    expect(verdictOf(lost, layer), layer).toMatchObject({ verdict: 'incomplete' });
  }
  expect(verdictOf(lost, 'kernel').comparisons).toContainEqual(
    expect.objectContaining({
      name: 'kernel-forwarding',
      state: 'skipped',
      because: 'failed',
      reason:
        'master-host does not list the network my-net of tomcat-app; worker-host does not list the network my-net of mysqlserver',
    }),
  );
});

test('A network that only the topology names leaves the kernel layer incomplete', () => {
  const lost = {
    ...healthy,
    expectations: { networks: [{ name: 'my-net' }] },
    ...withEngines(healthy, ({ containers }) => ({
      networks: [],
      containers: containers.map((one) => ({ ...one, networks: {} })),
    })),
  };
  expect(verdictOf(lost, 'kernel').verdict).toBe('incomplete');
  expect(verdictOf(lost, 'kernel').comparisons).toContainEqual(
    expect.objectContaining({ reason: 'no engine lists the network my-net' }),
  );
});

test('A container that left a network during the check does not count', () => {
  const stranger = overlayOf('other', 'id-of-other', '10.0.8.0/24');
  const left = {
    ...healthy,
    ...withEngines(healthy, ({ containers, networks }) => ({
      networks,
      containers: containers.flatMap((one) => [
        one,
        {
          ...one,
          id: `leaving ${one.id}`,
          networks: Object.fromEntries(
            Object.values(one.networks).map((end) => [
              stranger.name,
              { ...end, networkId: stranger.id },
            ]),
          ),
        },
      ]),
      later: containers,
    })),
  };
  expect(verdictOf(left, 'kernel').verdict).toBe('healthy');
});
