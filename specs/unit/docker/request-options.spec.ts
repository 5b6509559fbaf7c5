import { describe, expect, test } from 'vitest';
import type { Engine } from '../../../helpers/docker/engine.ts';
import { onActivity } from '../../../helpers/process/activity.ts';
import { serveEngine } from './serve-engine.ts';

/** Runs one call; returns the command line that it publishes and the body of its request. */
async function record(call: (engine: Engine) => Promise<unknown>) {
  const bodies: string[] = [];
  const { engine } = await serveEngine((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on('end', () => {
      bodies.push(body);
      response.statusCode = request.method === 'POST' ? 201 : 404;
      response.setHeader('content-type', 'application/json').end('{"Id":"n1","ID":"n1"}');
    });
  });
  const lines: string[] = [];
  const stop = onActivity({ end: ({ input }) => lines.push(input ?? '') });
  await call(engine).catch(() => undefined);
  stop();
  return { line: lines[0], request: JSON.parse(bodies[0] ?? 'null') as unknown };
}

describe('a command line and its request have the same options', () => {
  test('network create', async () => {
    const { line, request } = await record((engine) =>
      engine.networks.create({
        name: 'my-net',
        driver: 'overlay',
        subnet: '10.0.9.0/24',
        gateway: '10.0.9.1',
        attachable: true,
        internal: false,
        options: { encrypted: '' },
        labels: { a: 'b' },
      }),
    );
    expect(line).toBe(
      'docker network create --driver overlay --subnet=10.0.9.0/24 --gateway=10.0.9.1 --attachable --opt=encrypted= --label=a=b my-net',
    );
    expect(request).toEqual({
      CheckDuplicate: true,
      Driver: 'overlay',
      Name: 'my-net',
      IPAM: { Driver: 'default', Config: [{ Subnet: '10.0.9.0/24', Gateway: '10.0.9.1' }] },
      Attachable: true,
      Internal: false,
      Options: { encrypted: '' },
      Labels: { a: 'b' },
    });
  });

  test('network create with a name only', async () => {
    const { line, request } = await record((engine) => engine.networks.create({ name: 'n' }));
    expect(line).toBe('docker network create n');
    expect(request).toEqual({ CheckDuplicate: true, Driver: 'bridge', Name: 'n' });
  });

  test('swarm join', async () => {
    const { line, request } = await record((engine) =>
      engine.swarm.join({
        advertise: '10.0.0.2',
        dataPath: '10.1.0.2',
        token: 'SWMTKN-1',
        manager: '10.0.0.1:2377',
      }),
    );
    expect(line).toMatch(
      /^docker swarm join --advertise-addr=10\.0\.0\.2 --data-path-addr=10\.1\.0\.2 --token \S+ 10\.0\.0\.1:2377$/,
    );
    expect(request).toEqual({
      ListenAddr: '0.0.0.0:2377',
      AdvertiseAddr: '10.0.0.2',
      DataPathAddr: '10.1.0.2',
      JoinToken: 'SWMTKN-1',
      RemoteAddrs: ['10.0.0.1:2377'],
    });
  });

  test('service create', async () => {
    const { line, request } = await record((engine) =>
      engine.services.create({
        name: 'web',
        image: 'nginx',
        command: ['sleep', '1'],
        replicas: 2,
        endpointMode: 'vip',
        networks: ['my-net'],
        publish: [{ target: 80, published: 8080, mode: 'host' }],
        constraints: ['node.role==worker'],
        restartDelay: 1,
      }),
    );
    expect(line).toBe(
      'docker service create --name=web --replicas=2 --endpoint-mode=vip --network=my-net --publish=published=8080,target=80,mode=host --constraint=node.role==worker --restart-delay=1s nginx sleep 1',
    );
    expect(request).toEqual({
      Name: 'web',
      Mode: { Replicated: { Replicas: 2 } },
      TaskTemplate: {
        ContainerSpec: { Image: 'nginx', Args: ['sleep', '1'] },
        Networks: [{ Target: 'my-net' }],
        Placement: { Constraints: ['node.role==worker'] },
        RestartPolicy: { Condition: 'any', Delay: 1e9 },
      },
      EndpointSpec: {
        Mode: 'vip',
        Ports: [{ Protocol: 'tcp', TargetPort: 80, PublishedPort: 8080, PublishMode: 'host' }],
      },
    });
  });

  test('service create with all options', async () => {
    const { line, request } = await record((engine) =>
      engine.services.create({
        name: 'web',
        image: 'nginx',
        entrypoint: ['sh', '-c'],
        replicas: 'global',
        endpointMode: 'vip',
        networks: [{ name: 'my-net', aliases: ['site', 'shop'] }],
        publish: [{ target: 53, published: 53, protocol: 'udp', mode: 'ingress' }],
        env: { PASSWORD: 'secret' },
        labels: { a: 'b' },
        containerLabels: { c: 'd' },
        configs: [{ id: 'c1', name: 'page', target: '/page' }],
        secrets: [{ id: 's1', name: 'key', target: 'key' }],
        health: { command: ['test', '-e', '/ok'], interval: 0.5, retries: 2, startPeriod: 3 },
        stopGrace: 20,
        update: { order: 'start-first', delay: 1, monitor: 2, onFailure: 'rollback' },
        rollback: { parallelism: 0 },
      }),
    );
    expect(line).toBe(
      "docker service create --name=web --mode=global --endpoint-mode=vip --network=name=my-net,alias=site,alias=shop --publish=published=53,target=53,protocol=udp,mode=ingress '--env=PASSWORD=…' --label=a=b --container-label=c=d --config=source=page,target=/page --secret=…,target=key '--health-cmd=test -e /ok' --health-interval=0.5s --health-retries=2 --health-start-period=3s --stop-grace-period=20s --update-order=start-first --update-delay=1s --update-monitor=2s --update-failure-action=rollback --rollback-parallelism=0 '--entrypoint=sh -c' nginx",
    );
    const file = { UID: '0', GID: '0', Mode: 0o444 };
    expect(request).toEqual({
      Name: 'web',
      Labels: { a: 'b' },
      Mode: { Global: {} },
      TaskTemplate: {
        ContainerSpec: {
          Image: 'nginx',
          Command: ['sh', '-c'],
          Env: ['PASSWORD=secret'],
          Labels: { c: 'd' },
          Configs: [{ File: { ...file, Name: '/page' }, ConfigID: 'c1', ConfigName: 'page' }],
          Secrets: [{ File: { ...file, Name: 'key' }, SecretID: 's1', SecretName: 'key' }],
          HealthCheck: {
            Test: ['CMD', 'test', '-e', '/ok'],
            Interval: 5e8,
            Retries: 2,
            StartPeriod: 3e9,
          },
          StopGracePeriod: 2e10,
        },
        Networks: [{ Target: 'my-net', Aliases: ['site', 'shop'] }],
      },
      EndpointSpec: {
        Mode: 'vip',
        Ports: [{ Protocol: 'udp', TargetPort: 53, PublishedPort: 53, PublishMode: 'ingress' }],
      },
      UpdateConfig: {
        Parallelism: 1,
        Order: 'start-first',
        Delay: 1e9,
        Monitor: 2e9,
        FailureAction: 'rollback',
      },
      RollbackConfig: { Parallelism: 0 },
    });
  });

  test('swarm init with a data path port', async () => {
    const { line, request } = await record((engine) =>
      engine.swarm.init({ advertise: '10.1.0.1', dataPathPort: 7000 }),
    );
    expect(line).toBe('docker swarm init --advertise-addr=10.1.0.1 --data-path-port=7000');
    expect(request).toMatchObject({ AdvertiseAddr: '10.1.0.1', DataPathPort: 7000 });
  });
});
