import { isIPv4, isIPv6 } from 'node:net';
import { hostNamed } from '../../derive/find-host.ts';
import { isInside } from '../../derive/ranges.ts';
import type { Command } from '../../model/command.ts';
import type { Difference } from '../../model/difference.ts';
import { inspectedContainer } from '../../model/inspected.ts';
import type { Observation } from '../../model/observation.ts';
import { valueOf } from '../../model/observed.ts';

/**
 * Returns the command that writes a lost endpoint to Consul again, as Docker 20.10 does, from the data of the engine that has
 * the container. Undefined for other stores and engines, on which it was not tried.
 *
 * Nothing that an engine offers does the same. `docker network disconnect` refuses a container whose endpoint is not in the
 * store. After `docker restart`, the engine keeps the old endpoint and announces it whenever it starts.
 */
export function restoreEndpoint(
  { where: { host, network = '', container } }: Difference,
  observation: Observation,
): Command | undefined {
  const { store } = valueOf(observation.store) ?? {};
  const { address: locator, engine } = hostNamed(observation, host) ?? {};
  const view = valueOf(engine);
  const facts = view?.containers.find(({ name }) => name === container);
  const end = facts?.networks[network];
  const sandbox = inspectedContainer.safeParse(facts?.raw).data?.NetworkSettings.SandboxID;
  const subnets = view?.networks.find(({ id }) => id === end?.networkId)?.subnets ?? [];
  const subnet = subnets.find((one) => isInside(`${end?.address}/32`, one));
  if (store?.kind !== 'consul' || isIPv6(store.address)) return undefined;
  if (view?.info.serverVersion.startsWith('20.10.') !== true) return undefined;
  if (facts === undefined || end === undefined || locator === undefined) return undefined;
  if (sandbox === undefined || subnet === undefined || !isIPv4(end.address)) return undefined;
  const record = {
    anonymous: false,
    disableResolution: false,
    ep_iface: {
      addr: `${end.address}/${end.prefixLength}`,
      dstPrefix: 'eth',
      mac: end.mac,
      routes: null,
      srcName: '',
      v4PoolID: `GlobalDefault/${subnet}`,
      v6PoolID: '',
    },
    exposed_ports: [],
    generic: {},
    id: end.endpointId,
    ingressPorts: null,
    joinInfo: { StaticRoutes: null, disableGatewayService: false },
    loadBalancer: false,
    locator,
    myAliases: [facts.id.slice(0, 12)],
    name: facts.name,
    sandbox,
    svcAliases: null,
    svcID: '',
    svcName: '',
    virtualIP: '<nil>',
  };
  const key = `docker/network/v1.0/endpoint/${end.networkId}/${end.endpointId}/`;
  const url = `http://${store.address}:${store.port}/v1/kv/${key}`;
  const options = ['--fail', '--silent', '--show-error', '--request', 'PUT'];
  return ['curl', ...options, '--data-binary', JSON.stringify(record), url];
}
