import { expect, test } from 'vitest';
import { diagnoseObservation } from '../../../../helpers/check/audit.ts';
import type { Layer } from '../../../../helpers/check/model/comparison.ts';
import type { Observation } from '../../../../helpers/check/model/observation.ts';
import { valueOf, withValue } from '../../../../helpers/check/model/observed.ts';
import type { EngineView } from '../../../../helpers/check/model/views/engine-view.ts';
import { reportOfLayer } from '../../../../helpers/check/narrow-report.ts';
import type { OverlayTables } from '../../../../helpers/check/model/views/kernel-view.ts';
import { keyValueCluster } from '../healthy-cluster.ts';
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

const worker = 'worker-host';

/** Returns three hosts, where the engine of worker-host has lost its network, or the endpoint of its container. */
function withLoss(change: (view: EngineView) => Partial<EngineView>): Observation {
  const cluster = keyValueCluster();
  const [host] = cluster.hosts.filter(({ name }) => name === worker);
  const view = valueOf(host?.engine);
  if (view === undefined) throw new Error(`${worker} has no engine`);
  return keyValueCluster({
    hosts: { [worker]: { engine: withValue({ ...view, ...change(view) }) } },
  });
}

const withoutEnds = ({ containers }: EngineView) =>
  containers.map((one) => ({ ...one, networks: {} }));
const withEmptyEnds = ({ containers }: EngineView) =>
  containers.map((one) => ({
    ...one,
    networks: Object.fromEntries(
      Object.entries(one.networks).map(([name, end]) => [name, { ...end, endpointId: '' }]),
    ),
  }));

test.for([
  ['the network and its end', (view) => ({ networks: [], containers: withoutEnds(view) })],
  ['the network', (view) => ({ networks: [], containers: withEmptyEnds(view) })],
  ['its end', (view) => ({ containers: withEmptyEnds(view) })],
] as const satisfies readonly (readonly [string, (view: EngineView) => Partial<EngineView>])[])(
  'The endpoint of a running container is not stale if its engine has lost %s',
  ([, change]) => {
    const report = diagnoseObservation(withLoss(change));
    expect(report.diagnoses.map(({ code }) => code)).not.toContain('endpoint-stale');
    expect(report.comparisons).toContainEqual(
      expect.objectContaining({
        name: 'endpoints-alive',
        state: 'skipped',
        reason: 'the engine of worker-host has lost the network my-net of mysqlserver',
      }),
    );
  },
);

test('A host with a container but without a known address leaves the kernel layer incomplete', () => {
  const hosts = healthy.hosts.map((host) =>
    host.name === worker ? { ...host, address: undefined } : host,
  );
  const unused = hosts.map((host) => {
    const kernel = valueOf(host.kernel);
    if (host.name !== 'master-host' || kernel === undefined) return host;
    return { ...host, kernel: withValue({ ...kernel, overlays: kernel.overlays.map(emptied) }) };
  });
  const report = verdictOf({ ...healthy, hosts: unused }, 'kernel');
  expect(report.verdict).toBe('incomplete');
  expect(report.comparisons).toContainEqual(
    expect.objectContaining({
      name: 'kernel-forwarding',
      state: 'skipped',
      reason: 'the address of worker-host in the cluster is unknown',
    }),
  );
});

/** Returns an overlay without entries that name another host. */
function emptied(overlay: OverlayTables): OverlayTables {
  return { ...overlay, vxlans: overlay.vxlans.map((one) => ({ ...one, forwarding: [] })) };
}
