import { expect, test } from 'vitest';
import { findPlaces } from '../../../../helpers/check/capture/find-places.ts';
import { valueOf } from '../../../../helpers/check/model/observed.ts';
import { keyValueCluster } from '../healthy-cluster.ts';

const { hosts } = keyValueCluster();
const network = hosts
  .flatMap(({ engine }) => valueOf(engine)?.networks ?? [])
  .find(({ name }) => name === 'my-net');
const id = network?.id ?? '';
const listed = hosts.map((host) => ({
  host,
  files: [
    { name: `1-${id.slice(0, 10)}`, path: `/run/docker/netns/1-${id.slice(0, 10)}` },
    { name: `lb_${id.slice(0, 9)}`, path: `/run/docker/netns/lb_${id.slice(0, 9)}` },
    { name: 'ingress_sbox', path: '/run/docker/netns/ingress_sbox' },
  ],
}));
const find = (...words: string[]) =>
  findPlaces(words, listed).map(({ host, name }) => `${host}: ${name}`);

test('A container, a host and a network are found by name, a network on every host', () => {
  expect(find('tomcat-app')).toEqual(['master-host: container tomcat-app']);
  expect(find('worker-host')).toEqual(['worker-host: host']);
  expect(find('my-net')).toEqual(
    hosts.flatMap(({ name }) => [`${name}: overlay my-net`, `${name}: load balancer of my-net`]),
  );
  expect(find('worker-host/my-net')).toHaveLength(2);
});

test('A place that two words name is recorded once, and without words all except containers are', () => {
  expect(find('tomcat-app', 'master-host/tomcat-app')).toHaveLength(1);
  expect(find().filter((one) => one.includes('container'))).toEqual([]);
  expect(find()).toHaveLength(3 * hosts.length);
});

test('An unknown name is an error with a similar one, as is a name on the wrong host', () => {
  expect(() => find('my-nat')).toThrow(/^my-nat: .*Did you mean "my-net"\?/);
  expect(() => find('worker-host/tomcat-app')).toThrow(/^worker-host\/tomcat-app: /);
});
