import { expect, test } from 'vitest';
import type { SwarmRequest } from '../../../helpers/machine/machine.ts';
import {
  checkSwarm,
  startSwarm,
  swarmContainers,
  swarmOptionsOf,
} from '../../../helpers/machine/swarm-containers.ts';
import { makeConfig } from '../../../helpers/netns/state/machine-config.ts';

const discovery = 'consul://192.168.121.10:8500';
const address = '192.168.121.101';

/** Returns the command lines of a machine with this role in a Swarm, from the options in config.json. */
function linesOf(swarm: SwarmRequest): string[] {
  const parts = { name: 'm', address, mac: '', engine: '', memory: 0, cpus: 0, egress: false };
  const { HostOptions } = makeConfig(
    { folder: '/store', id: '000000' },
    { ...parts, tlsSans: [], engineOptions: {}, swarmOptions: swarmOptionsOf(swarm) },
  );
  return swarmContainers(HostOptions.SwarmOptions, address).map(({ argv }) => argv.join(' '));
}

// The arguments of docker-machine 0.16, from `docker inspect`.
const manage =
  'manage --tlsverify --tlscacert=/etc/docker/ca.pem --tlscert=/etc/docker/server.pem --tlskey=/etc/docker/server-key.pem -H tcp://0.0.0.0:3376 --strategy spread --advertise 192.168.121.101:3376 consul://192.168.121.10:8500';
const join = 'join --advertise 192.168.121.101:2376 consul://192.168.121.10:8500';
const manager =
  'docker run -d --name swarm-agent-master --restart always -v /etc/docker:/etc/docker -p 0.0.0.0:3376:3376 swarm:latest';
const agent = 'docker run -d --name swarm-agent --restart always swarm:latest';

test('a master runs the manager and an agent, with docker-machine’s arguments', () => {
  expect(linesOf({ master: true, discovery })).toEqual([
    `${manager} ${manage}`,
    `${agent} ${join}`,
  ]);
});

test('another member runs only an agent', () => {
  expect(linesOf({ master: false, discovery })).toEqual([`${agent} ${join}`]);
});

test('a master without membership runs only the manager; other machines run nothing', () => {
  expect(linesOf({ master: true, agent: false, discovery })).toEqual([`${manager} ${manage}`]);
  expect(linesOf({ master: false, agent: false, discovery })).toEqual([]);
});

test('strategy, image, port and further options are passed in the positions that swarm expects', () => {
  const swarm = {
    master: true,
    discovery,
    image: 'swarm:1.2.9',
    strategy: 'binpack',
    host: 'tcp://0.0.0.0:4000',
    opts: ['engine-failure-retry=5', 'cors'],
    joinOpts: ['ttl=30s'],
    experimental: true,
  };
  const own = manage
    .replace('0.0.0.0:3376', '0.0.0.0:4000')
    .replace('spread', 'binpack')
    .replace(' consul:', ' --engine-failure-retry=5 --cors consul:');
  const published = manager.replace(':3376:3376', ':4000:4000').replace('latest', '1.2.9');
  expect(linesOf(swarm)).toEqual([
    // docker-machine also advertises port 3376 to other managers here.
    `${published} --experimental ${own}`,
    `${agent.replace('latest', '1.2.9')} --experimental ${join.replace(' consul:', ' --ttl=30s consul:')}`,
  ]);
});

test.each(['tcp://0.0.0.0', 'unix:///var/run/swarm.sock', '0.0.0.0:3376', ''])(
  'a manager at "%s" is rejected before anything is created',
  (host) => {
    expect(() => checkSwarm({ master: true, discovery, host })).toThrow(
      `Swarm manager at ${host}: the address has no port. Give an address such as tcp://0.0.0.0:3376.`,
    );
    // A machine without a manager needs no port.
    expect(() => checkSwarm({ master: false, discovery, host })).not.toThrow();
  },
);

test('the error of a container that cannot start quotes the engine, and the next is not started', async () => {
  const stderr = `Unable to find image 'swarm:1.2.9' locally
docker: Error response from daemon: Get "https://registry.example/v2/": connection refused.
See 'docker run --help'.
`;
  const asked: string[] = [];
  const containers = [
    { name: 'swarm-agent-master', argv: ['docker', 'one'] },
    { name: 'swarm-agent', argv: ['docker', 'two'] },
  ] as const;
  const started = startSwarm('m', containers, async (argv) => {
    asked.push(argv.join(' '));
    return { exitCode: 125, stdout: '', stderr };
  });
  await expect(started).rejects.toThrow(
    /^machine m: start swarm-agent-master: Error response from daemon: Get "https:\/\/registry\.example\/v2\/": connection refused\. Set E2E_SWARM_IMAGE/,
  );
  expect(asked).toEqual(['docker one']);
});
