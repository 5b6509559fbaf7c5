import { expect, test } from 'vitest';
import { endpointsOf, endpointsToProbe } from '../../../../helpers/check/derive/endpoints.ts';
import { containerOf, overlay } from '../healthy-cluster.ts';
import { engineOf, hostOf, overlayOf } from '../observation.ts';

const names = (endpoints: readonly { readonly network: string }[]) =>
  endpoints.map(({ network }) => network);

test('No live packets are sent in the routing mesh, where tasks cannot reach each other', () => {
  const mesh = overlayOf('ingress', 'id-of-ingress', '10.0.0.0/24', { ingress: true });
  const task = containerOf('web');
  const own = task.networks['my-net'];
  if (own === undefined) throw new Error('the container is on no overlay');
  const networks = { ...task.networks, ingress: { ...own, networkId: mesh.id } };
  const engine = engineOf({ networks: [overlay, mesh], containers: [{ ...task, networks }] });
  const hosts = [hostOf('left', { engine })];
  expect(names(endpointsOf({ hosts }))).toEqual(['my-net', 'ingress']);
  expect(names(endpointsToProbe({ hosts }))).toEqual(['my-net']);
});
