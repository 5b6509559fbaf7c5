import { describe, expect, test } from 'vitest';
import { findWrongFields } from '../../../../helpers/topology/describe/check-topology.ts';
import { wrongFields } from '../../../../helpers/topology/describe/wrong-fields.ts';
import { seed } from '../../../../helpers/topology/seed.ts';

const web = {
  name: 'web',
  networks: ['front'],
  image: { debian: ['busybox'] },
  command: ['busybox', 'httpd', '-f'],
};

const base = {
  name: 'shop',
  cluster: { kind: 'swarm-mode', manager: 'one' },
  machines: [{ name: 'one' }, { name: 'two', nodeLabels: ['disk=ssd'] }],
  networks: [{ name: 'front', driver: 'overlay', subnet: '10.20.0.0/24', createdOn: 'one' }],
  configs: [{ name: 'page', content: 'hello' }],
  secrets: [{ name: 'key', content: 'hello' }],
};

/** Returns the errors of a description, one line for each field. */
function complain(described: object): string[] {
  // Like a file, without the fields that are undefined here.
  const fields = findWrongFields(JSON.parse(JSON.stringify(described)), undefined);
  return wrongFields('it', () => 'it', 'a topology', fields).errors.map(({ line }) =>
    line.replace('it: ', ''),
  );
}

function complainAbout(...services: object[]): string[] {
  return complain({ ...base, services: services.map((one) => ({ ...web, ...one })) });
}

const onHost = { published: 8080, target: 80, mode: 'host' };

describe('services of a topology', () => {
  test('have no errors with all fields', () => {
    const services = [
      {
        name: 'web',
        networks: [{ name: 'front', aliases: ['site', 'w'] }],
        ports: ['8080:80', '53:53/udp', { published: 8081, target: 81, protocol: 'udp' }],
        replicas: 3,
        constraints: ['node.labels.disk==ssd', 'node.hostname != two', 'engine.labels.a.b == c'],
        configs: [{ name: 'page', target: '/www/index.html' }],
        secrets: ['key'],
        environment: { A: 'b' },
        health: { command: ['true'], interval: 0.5, retries: 3 },
        update: { order: 'start-first', parallelism: 0, onFailure: 'rollback' },
        rollback: { onFailure: 'pause' },
        stopGrace: 20,
        listensOn: [80],
      },
      { name: 'api', mode: 'global', endpoint: 'dnsrr', ports: [{ ...onHost, published: 9 }] },
      { name: 'cars', image: undefined, command: undefined, recipe: 'tomcat' },
    ];
    expect(complainAbout(...services)).toEqual([]);
  });

  test.for<[said: string, ...services: object[]]>([
    [
      'services[0].networks[0]: unknown network "font". Did you mean "front"?',
      { networks: ['font'] },
    ],
    [
      'services[0].networks[1]: repeated network "front". Name',
      { networks: ['front', { name: 'front', aliases: ['a'] }] },
    ],
    ['services[0].networks: empty list', { networks: [] }],
    ['services[1].name: repeated service "web". Choose', {}, {}],
    ['services[0].name: "-web": a service name consists of', { name: '-web' }],
    [
      'services[0].configs[0]: unknown config "pag". Did you mean "page"?',
      { configs: [{ name: 'pag', target: '/a' }] },
    ],
    ['services[0].secrets[0]: unknown secret "kez". Did you mean "key"?', { secrets: ['kez'] }],
    ['services[0].image: missing: it has no image. Name either', { image: undefined }],
    ['services[0].image: it has two images. Name either', { recipe: 'mysql' }],
    [
      'services[0].recipe: "consul" is not "tomcat" or "mysql"',
      { image: undefined, recipe: 'consul' },
    ],
    ['services[0].command: missing: an image of Debian packages has no', { command: undefined }],
    [
      'services[0].replicas: a global service has one task on each',
      { mode: 'global', replicas: 2 },
    ],
    ['services[0].replicas: 0 is not a number of 1 or more', { replicas: 0 }],
    [
      'services[0].replicas: 3 tasks cannot publish a port on 2 machines',
      { replicas: 3, ports: [onHost] },
    ],
    ['services[0].ports[0]: "80" is not PUBLISHED:TARGET', { ports: ['80'] }],
    ['services[0].ports[0]: "0:80" has an invalid port', { ports: ['0:80'] }],
    ['services[0].ports[0]: "8080:65536" has an invalid port', { ports: ['8080:65536'] }],
    [
      'services[0].ports[0]: a service with endpoint dnsrr has no port of the routing mesh',
      { endpoint: 'dnsrr', ports: ['8080:80'] },
    ],
    ['services[0].ports[1]: web already publishes port 8080/tcp', { ports: ['8080:80', onHost] }],
    [
      'services[1].ports[0]: web already publishes port 8080/tcp',
      { ports: ['8080:80'] },
      { name: 'api', ports: ['8080:81'] },
    ],
    [
      'services[1].ports[0]: web already publishes port 8080/tcp. Publish another port',
      { ports: ['8080:80'] },
      { name: 'api', ports: [onHost], constraints: ['node.role==worker'] },
    ],
    [
      'services[0].constraints[0]: "node.roll==worker" is not a constraint such as',
      { constraints: ['node.roll==worker'] },
    ],
    [
      'services[0].constraints[0]: unknown machine "tow". Did you mean "two"?',
      { constraints: ['node.hostname == tow'] },
    ],
    [
      'services[0].rollback.onFailure: a rollback cannot be rolled back',
      { rollback: { onFailure: 'rollback' } },
    ],
    ['services[0].update.order: "first" is not "stop-first"', { update: { order: 'first' } }],
    ['services[0].health.command: empty list', { health: { command: [] } }],
    ['services[0].replica: unknown field. Did you mean "replicas"?', { replica: 2 }],
  ])('have the error %s', ([said, ...services]) => {
    const line = said.replace(
      '"first" is not "stop-first"',
      '"first" is not "start-first" or "stop-first"',
    );
    expect(complainAbout(...services)).toEqual([expect.stringContaining(line)]);
  });

  test('can publish one port on different machines in mode host, and as another protocol', () => {
    const placed = { ports: [onHost], constraints: ['node.role==worker'] };
    expect(complainAbout({ ports: [onHost] }, { ...placed, name: 'api' })).toEqual([]);
    expect(complainAbout({ ports: ['8080:80'] }, { name: 'dns', ports: ['8080:80/udp'] })).toEqual(
      [],
    );
  });

  test('cannot have a port or the name of a container', () => {
    const { networks: _networks, ...program } = web;
    const container = { ...program, network: 'front', machine: 'one', ports: ['8080:80'] };
    expect(
      complain({ ...base, containers: [container], services: [{ ...web, ports: ['8080:81'] }] }),
    ).toEqual([
      'services[0].name: web is the name of a container. Choose another.',
      'services[0].ports[0]: web already publishes port 8080/tcp. Publish another port.',
    ]);
  });

  test('exist only in swarm mode, with node labels and internal networks', () => {
    const [first, ...others] = seed.machines;
    const machines = [{ ...first, nodeLabels: ['a=b'] }, ...others];
    const networks = seed.networks.map((one) => ({ ...one, internal: true }));
    const lines = complain({
      ...seed,
      machines,
      networks,
      services: [{ ...web, networks: ['my-net'] }],
      stacks: [{ name: 'shop', file: './shop.yml' }],
    });
    expect(lines).toEqual([
      expect.stringContaining('networks[0].internal: internal networks are supported only in'),
      'services: only the cluster kind swarm-mode has it, not consul. Use swarm-mode.',
      'stacks: only the cluster kind swarm-mode has it, not consul. Use swarm-mode.',
      'machines[0].nodeLabels: only the cluster kind swarm-mode has it, not consul. Use swarm-mode.',
    ]);
  });

  test.for([1023, 49_152])('cannot use %i as the data path port', (dataPathPort) => {
    expect(
      complain({ ...base, cluster: { ...base.cluster, dataPathPort }, services: [web] }),
    ).toEqual([`cluster.dataPathPort: ${dataPathPort} is not a port of 1024 to 49151`]);
  });
});
