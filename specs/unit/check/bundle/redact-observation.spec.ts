import '../../fuzz.ts';
import { gunzipSync } from 'node:zlib';
import { assert, asyncProperty, constantFrom, string } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { diagnoseObservation } from '../../../../helpers/check/audit.ts';
import { collectNames } from '../../../../helpers/check/bundle/name-tokens.ts';
import { observationSchema } from '../../../../helpers/check/bundle/observation-schema.ts';
import { redactObservation } from '../../../../helpers/check/bundle/redact-observation.ts';
import type { Observation } from '../../../../helpers/check/model/observation.ts';
import { bundleOf } from '../../../../helpers/check/support-bundle.ts';
import { containerOf, engineAt, keyValueCluster, overlay } from '../healthy-cluster.ts';
import { observations } from './fixtures.ts';

async function textOf(observation: Observation, redact: readonly 'names'[] = []) {
  const report = { startedAt: '2026-11-27T18:30:00.000Z', milliseconds: 1 };
  const bytes = await bundleOf({ ...report, ...diagnoseObservation(observation) }, redact);
  return gunzipSync(bytes).toString();
}

/** Returns a cluster that has this secret in a place. */
const places: Readonly<Record<string, (secret: string) => Observation>> = {
  'an environment variable': (secret) => withContainer({ env: [`ANY=${secret}`] }),
  'a label of a container': (secret) => withContainer({ labels: { 'my.label': secret } }),
  'the name of a label': (secret) => withContainer({ labels: { [secret]: 'x' } }),
  'a label of compose': (secret) =>
    withContainer({ labels: { 'com.docker.compose.project.config_files': secret } }),
  'the host configuration': (secret) =>
    withContainer({ hostConfig: { Binds: [secret], PortBindings: { '80/tcp': [secret] } } }),
  'the response of an engine': (secret) =>
    withContainer({ raw: { Config: { Cmd: [secret] }, NetworkSettings: { SandboxID: secret } } }),
  'a network’s driver options': (secret) => withNetwork({ options: { token: secret } }),
  'a network’s labels': (secret) => withNetwork({ labels: { owner: secret } }),
  'a network’s response': (secret) => withNetwork({ raw: { ConfigFrom: { Network: secret } } }),
  'the labels of an engine': (secret) => withInfo({ labels: [`key=${secret}`] }),
  'a warning of an engine': (secret) => withInfo({ warnings: [secret] }),
  'the status of a classic Swarm': (secret) => withInfo({ systemStatus: [['Node', secret]] }),
  'the password of a URL': (secret) =>
    withContainer({ error: `get https://me:${secret}@registry.example/v2/: refused` }),
  'a password in an error': (secret) =>
    withContainer({ error: `exec MYSQL_ROOT_PASSWORD=${secret}: failed` }),
  'the answer of the application': (secret) =>
    keyValueCluster({
      rest: {
        application: {
          value: {
            ports: [],
            answer: {
              url: `http://me:${secret}@192.168.99.101/`,
              status: 200,
              body: `{"apiToken": "${secret}"}`,
              error: undefined,
              database: undefined,
            },
          },
        },
      },
    }),
};

function withEngine(parts: Parameters<typeof engineAt>[1]): Observation {
  return keyValueCluster({
    hosts: { 'master-host': { engine: engineAt('master-host', parts) } },
  });
}

function withContainer(parts: Parameters<typeof containerOf>[1]): Observation {
  const containers = [containerOf('tomcat-app', parts)];
  return withEngine({ containers, later: containers });
}

function withNetwork(parts: Partial<typeof overlay>): Observation {
  return withEngine({ networks: [{ ...overlay, ...parts }] });
}

function withInfo(info: NonNullable<Parameters<typeof engineAt>[1]>['info']): Observation {
  return withEngine({ info: info ?? {} });
}

const letters = constantFrom(...'abcdefghijklmnopqrstuvwxyzABCXYZ0123456789_.~+'.split(''));
const secrets = string({ unit: letters, minLength: 24, maxLength: 60 });

test.each(Object.entries(places))('No secret survives in %s', async (_place, clusterWith) => {
  await assert(
    asyncProperty(secrets, async (secret) => {
      expect(await textOf(clusterWith(secret))).not.toContain(secret);
    }),
    // A whole bundle is made for each.
    { numRuns: 4 },
  );
});

/** Names that Docker gives, IDs and addresses. */
const given =
  /^(?:bridge|host|none|ingress|docker_gwbridge|localhost|[\da-f]{12}|[\da-z]{25}|[\d.]+)$/;

const ofAcme = { image: 'registry.acme.example/shop:1.2', hostname: 'acme.example' };

function outcomeOf(observation: Observation) {
  const { verdict, diagnoses } = diagnoseObservation(observation);
  return { verdict, codes: diagnoses.map(({ code }) => code).toSorted() };
}

describe('A bundle', () => {
  test('keeps the labels of services, which findings need', async () => {
    const kept = { 'com.docker.swarm.service.name': 'web' };
    expect(await textOf(withContainer({ labels: kept }))).toContain(JSON.stringify(kept));
  });

  test('keeps the addresses, versions and names that findings need', async () => {
    const text = await textOf(keyValueCluster());
    for (const word of ['192.168.99.101', '10.0.9.2', '20.10.5', 'tomcat-app', 'docam/image']) {
      expect(text).toContain(word);
    }
  });
});

describe('With redacted names, a bundle', () => {
  test('has no name of a host, container, network, image or domain', async () => {
    const whole = await textOf(withContainer(ofAcme), ['names']);
    // The IDs of this cluster are made of names.
    const text = whole.replaceAll(/(?:ID OF |end-of-|id-of-)[\w-]+/g, 'ID');
    for (const name of ['master-host', 'tomcat-app', 'mysqlserver', 'my-net', 'acme', 'docam']) {
      expect(text).not.toContain(name);
    }
    expect(text).toContain('192.168.99.101');
  });

  test.each(Object.entries(observations))('has no name at all of %s', (_name, observation) => {
    const names = new Set<string>();
    observationSchema(collectNames(names)).parse(redactObservation(observation));
    const own = [...names].filter((name) => name.length > 3 && !given.test(name));
    expect(own.length).toBeGreaterThan(1);
    const text = JSON.stringify(redactObservation(observation, ['names']))
      // The IDs of these clusters are made of names.
      .replaceAll(/(?:ID OF |(?:end|id)[- ]of[- ]|container|endpoint)[\w-]+/g, 'ID');
    expect(own.filter((name) => text.includes(name))).toEqual([]);
  });

  test('has no name of a load balancer or a reserved address, which a network’s response has', async () => {
    const raw = {
      IPAM: {
        Config: [{ Subnet: '10.0.9.0/24', AuxiliaryAddresses: { 'acme-router': '10.0.9.9' } }],
      },
      Containers: { 'lb-my-net': { IPv4Address: '10.0.9.5/24', MacAddress: '02:42:0a:00:09:05' } },
    };
    const redacted = redactObservation(withNetwork({ raw }), ['names']);
    const [host] = redacted.hosts;
    const [network] = (host && 'value' in host.engine ? host.engine.value.networks : []) ?? [];
    expect(JSON.stringify(network?.raw)).not.toMatch(/acme-router|my-net/);
    // It is still the name of the network, by which a fix finds it.
    expect(network?.raw).toMatchObject({
      IPAM: { Config: [{ Subnet: '10.0.9.0/24' }] },
      Containers: { [`lb-${network?.name}`]: { IPv4Address: '10.0.9.5/24' } },
    });
  });

  test('has one token for one name, and other tokens in each bundle', () => {
    const [first, second] = [0, 1].map(() => redactObservation(keyValueCluster(), ['names']));
    const [host] = first?.hosts ?? [];
    expect(host?.name).toMatch(/^name-[\da-f]{10}$/);
    expect(host?.engine).toMatchObject({ value: { info: { name: host?.name } } });
    expect(first?.expectations.containers?.[0]?.host).toBe(host?.name);
    expect(second?.hosts[0]?.name).not.toBe(host?.name);
  });

  test('replaces names in errors and reasons', async () => {
    const text = await textOf(
      withContainer({ error: 'tomcat-app: network my-net not found on master-host.example' }),
      ['names'],
    );
    expect(text).toMatch(
      /name-[\da-f]{10}: network name-[\da-f]{10} not found on name-[\da-f]{10}\.example/,
    );
  });

  test.each(Object.entries(observations))(
    'has the same codes as the check of %s',
    (_name, observation) => {
      const redacted = redactObservation(observation, ['names']);
      expect(outcomeOf(redacted)).toEqual(outcomeOf(observation));
    },
  );
});
