import { describe, expect, test } from 'vitest';
import { resolveEnds, type TraceRequest } from '../../../../helpers/check/trace/resolve-ends.ts';
import { readEnds } from '../../../../helpers/cli/overlay-e2e/trace/read-ends.ts';
import { withValue } from '../../../../helpers/check/model/observed.ts';
import type { QueriedHost } from '../../../../helpers/check/model/observation.ts';
import type { HarnessError } from '../../../../helpers/process/errors/harness-error.ts';
import { keyValueCluster } from '../healthy-cluster.ts';

const { hosts } = keyValueCluster();
const echo: TraceRequest = {
  from: 'tomcat-app',
  to: 'mysqlserver',
  port: undefined,
  protocol: 'icmp',
  network: undefined,
};
const resolve = (request: Partial<TraceRequest>, all: readonly QueriedHost[] = hosts) =>
  resolveEnds({ ...echo, ...request }, { hosts: all, swarm: undefined });

const read = (from: string, to?: string, target: readonly string[] = [], udp = false) =>
  readEnds({ from, to, target }, { udp });

function errorOf(run: () => unknown): HarnessError | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    return error as HarnessError;
  }
}

describe('The ends of a trace', () => {
  test('are containers by name, by HOST/NAME, by address and by the beginning of their ID', () => {
    const { from, to, network } = resolve({});
    expect(network?.name).toBe('my-net');
    const sender = resolve({}).sender;
    for (const name of [
      `${from.host}/tomcat-app`,
      from.address,
      sender?.containerId.slice(0, 12) ?? '',
    ]) {
      expect(resolve({ from: name }).from).toEqual({ ...from, name });
    }
    expect(to).toMatchObject({ container: 'mysqlserver', host: 'worker-host' });
  });

  test('an unknown name is an error with a similar one', () => {
    const error = errorOf(() => resolve({ to: 'mysqlservr' }));
    expect(error).toMatchObject({ code: 'name-unknown' });
    expect(error?.message).toMatch(/called "mysqlservr".*Did you mean "mysqlserver"\?/);
  });

  test('a name that two hosts have is an error with both places', () => {
    const [first, second] = hosts;
    if (first === undefined || second === undefined || !('value' in first.engine))
      throw new Error();
    const { containers } = first.engine.value;
    const twice = hosts.map((host) =>
      host === second && 'value' in host.engine
        ? {
            ...host,
            engine: withValue({
              ...host.engine.value,
              containers: [...host.engine.value.containers, ...containers],
            }),
          }
        : host,
    );
    const error = errorOf(() => resolve({}, twice));
    expect(error).toMatchObject({ code: 'name-ambiguous' });
    expect(error?.message).toMatch(/master-host\/tomcat-app, worker-host\/tomcat-app/);
    expect(resolve({ from: 'worker-host/tomcat-app' }, twice).from.host).toBe('worker-host');
  });

  test('the routing mesh is a common network only if it is named', () => {
    const meshed = hosts.map((host) =>
      'value' in host.engine
        ? {
            ...host,
            engine: withValue({
              ...host.engine.value,
              networks: host.engine.value.networks.map((one) => ({ ...one, ingress: true })),
            }),
          }
        : host,
    );
    expect(errorOf(() => resolve({}, meshed))).toMatchObject({ code: 'network-unknown' });
    expect(resolve({ network: 'my-net' }, meshed).network?.name).toBe('my-net');
  });

  test('a network that they do not share is an error with the shared ones', () => {
    const error = errorOf(() => resolve({ network: 'my-nett' }));
    expect(error).toMatchObject({ code: 'name-unknown' });
    expect(error?.message).toContain('"my-net"');
  });

  test('a host as the receiver has its address in the cluster', () => {
    const { to, sender } = resolve({ from: undefined, to: 'worker-host', port: 8080 });
    expect(sender).toBeUndefined();
    expect(to).toMatchObject({ host: 'worker-host', address: hosts[1]?.address });
  });
});

describe('The arguments of overlay-e2e trace', () => {
  test('without a port are an echo, with one a connection, with --udp a datagram', () => {
    expect(read('a', 'b').request).toMatchObject({ from: 'a', to: 'b', protocol: 'icmp' });
    expect(read('a', 'b:80').request).toMatchObject({ to: 'b', port: 80, protocol: 'tcp' });
    expect(read('a', 'b:53', [], true).request).toMatchObject({ port: 53, protocol: 'udp' });
  });

  test('a first word with a port is the receiver, and the others are the cluster', () => {
    expect(read('web:8080', 'one', ['two'])).toMatchObject({
      request: { from: undefined, to: 'web', port: 8080 },
      target: ['one', 'two'],
    });
    expect(read('a', 'b', ['one']).target).toEqual(['one']);
  });

  test.each([
    ['a', undefined, false],
    ['a', 'b:0', false],
    ['a', 'b:65536', false],
    ['a', 'b:', false],
    ['a', 'b', true],
  ])('%s %s with --udp %s is refused', (from, to, udp) => {
    expect(errorOf(() => read(from, to, [], udp))).toMatchObject({ code: 'input-invalid' });
  });
});
