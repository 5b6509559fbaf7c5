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
});
