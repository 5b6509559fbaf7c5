import { expect, test } from 'vitest';
import {
  attachedLine,
  createLine,
  createRequest,
  parsePublish,
  runLine,
} from '../../../../helpers/docker/containers/container-spec.ts';

test.each([
  ['8080:8080', { containerPort: '8080/tcp', hostAddress: '', hostPort: '8080' }],
  ['127.0.0.1:8080:80', { containerPort: '80/tcp', hostAddress: '127.0.0.1', hostPort: '8080' }],
  ['53:5353/udp', { containerPort: '5353/udp', hostAddress: '', hostPort: '53' }],
  ['80', { containerPort: '80/tcp', hostAddress: '', hostPort: '' }],
])('-p %s is parsed as by the docker client', (text, expected) => {
  expect(parsePublish(text)).toEqual(expected);
});

test('the command line is that of the tutorial', () => {
  expect(
    runLine({
      image: 'progrium/consul',
      publish: ['8500:8500'],
      hostname: 'consul',
      command: ['-server', '-bootstrap'],
    }),
  ).toBe('run -d -h consul -p 8500:8500 progrium/consul -server -bootstrap');
});

test('a container on a network requests its address and names there', () => {
  const request = createRequest({
    name: 'mysqlserver',
    image: 'docam/mysql-cont',
    network: 'my-net',
    address: '10.0.9.3',
    aliases: ['db'],
  });
  expect(request.HostConfig?.NetworkMode).toBe('my-net');
  expect(request.NetworkingConfig?.EndpointsConfig).toEqual({
    'my-net': { Aliases: ['db'], IPAMConfig: { IPv4Address: '10.0.9.3' } },
  });
});

test('a created container has the command line of run -d with create', () => {
  const spec = { image: 'docam/tomcat', name: 'tomcat-app', network: 'my-net' };
  expect(createLine(spec)).toBe('create --name tomcat-app --net my-net docam/tomcat');
  expect(runLine(spec)).toBe('run -d --name tomcat-app --net my-net docam/tomcat');
});

test('a container with host namespaces has them in its command line and its request', () => {
  const spec = {
    image: 'overlay-e2e/probe',
    network: 'host',
    hostNamespaces: ['pid', 'userns'],
    dropCapabilities: ['ALL'],
    capabilities: ['NET_RAW'],
    securityOptions: ['seccomp=unconfined'],
    readOnly: true,
    unlogged: true,
  } as const;
  expect(attachedLine(spec)).toBe(
    'run -i --rm --read-only --net host --cap-drop ALL --cap-add NET_RAW --security-opt seccomp=unconfined --pid host --userns host --log-driver none overlay-e2e/probe',
  );
  expect(createRequest(spec).HostConfig).toEqual({
    NetworkMode: 'host',
    PidMode: 'host',
    UsernsMode: 'host',
    CapDrop: ['ALL'],
    CapAdd: ['NET_RAW'],
    SecurityOpt: ['seccomp=unconfined'],
    ReadonlyRootfs: true,
    LogConfig: { Type: 'none', Config: {} },
  });
});

test('every other option of a container is in its command line and in its request', () => {
  const spec = {
    image: 'tools',
    publish: ['127.0.0.1:8080:80', '8080:80'],
    labels: { of: 'spec' },
    binds: ['/a:/b'],
    restart: 'always',
    limits: { memory: 1024, processes: 5, files: 6, outOfMemoryScore: 7 },
    entrypoint: ['sh', '-c'],
    command: ['exit 0'],
  } as const;
  expect(createLine(spec)).toBe(
    "create -p 127.0.0.1:8080:80 -p 8080:80 -l of=spec -v /a:/b --restart always --memory 1024 --memory-swap 1024 --pids-limit 5 --ulimit nofile=6 --oom-score-adj 7 --entrypoint sh tools -c 'exit 0'",
  );
  expect(createRequest(spec)).toEqual({
    Image: 'tools',
    Cmd: ['exit 0'],
    Entrypoint: ['sh', '-c'],
    Labels: { of: 'spec' },
    ExposedPorts: { '80/tcp': {} },
    HostConfig: {
      PortBindings: {
        '80/tcp': [
          { HostIp: '127.0.0.1', HostPort: '8080' },
          { HostIp: '', HostPort: '8080' },
        ],
      },
      Binds: ['/a:/b'],
      RestartPolicy: { Name: 'always' },
      Memory: 1024,
      MemorySwap: 1024,
      PidsLimit: 5,
      Ulimits: [{ Name: 'nofile', Soft: 6, Hard: 6 }],
      OomScoreAdj: 7,
    },
  });
});
