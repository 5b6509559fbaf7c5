import { describe, expect, test } from 'vitest';
import type { Difference } from '../../../../helpers/check/model/difference.ts';
import { toJson } from '../../../../helpers/report/findings/to-json.ts';
import { validateDocument } from '../../docs/validate-document.ts';
import { brokenReport, reportOf, sampledReport, secret } from './reports.ts';

const validate = (document: unknown) => validateDocument('docs/check.schema.json', document);

describe('A check as a JSON document', () => {
  test('a validator that knows only the published schema accepts it', () => {
    for (const report of [reportOf(2), brokenReport(), reportOf(16), sampledReport()]) {
      expect(validate(JSON.parse(JSON.stringify(toJson(report))))).toEqual([]);
    }
  });

  test('the validator rejects unknown and missing fields', () => {
    const document = toJson(brokenReport());
    const { verdict: _, ...without } = document;
    const [diagnosis] = document.diagnoses;
    const others = [
      { ...document, more: 1 },
      { ...document, version: 1 },
      { ...document, verdict: 'fine' },
      { ...document, startedAt: 'yesterday' },
      { ...document, diagnoses: [{ ...diagnosis, code: 'something' }] },
      { ...document, diagnoses: [{ ...diagnosis, action: { command: 'ip link' } }] },
      { ...document, comparisons: [{ ...document.comparisons[0], state: 'skipped' }] },
      without,
    ];
    expect(others.filter((one) => validate(one).length === 0)).toEqual([]);
  });

  test('has the size and the choice of each sample; none if everything was examined', () => {
    expect(toJson(reportOf(16)).samples).toEqual([]);
    expect(toJson(sampledReport()).samples).toMatchObject([
      { what: 'pairs of hosts', examined: 480, all: 2256, chosen: expect.stringMatching(/ring/) },
      { what: 'pairs of containers', examined: 1000, all: 9024 },
    ]);
  });

  test('each finding has its title, its page, all of its evidence, and its fix', () => {
    expect(toJson(brokenReport()).diagnoses).toMatchObject([
      {
        code: 'forwarding-entry-missing',
        title: 'A host has no forwarding entry for a container',
        page: 'docs/diagnoses/forwarding-entry-missing.md',
        where: { host: 'master-host', network: 'my-net', container: 'mysqlserver' },
        evidence: [{ kind: 'forwarding-missing', observed: null }],
        consequences: [{ kind: 'container-path-dead' }],
        action: {
          host: 'master-host',
          restores: { commands: [expect.arrayContaining(['bridge', 'fdb', 'replace'])] },
        },
      },
    ]);
  });

  test('an undefined value in evidence is omitted without an error', () => {
    const [diagnosis] = brokenReport().diagnoses;
    const [first] = diagnosis?.evidence ?? [];
    if (diagnosis === undefined || first === undefined) throw new Error('no diagnosis');
    const evidence = [
      { ...first, observed: { mac: undefined, state: 'FAILED' } } as unknown as Difference,
    ];
    const document = toJson({ ...brokenReport(), diagnoses: [{ ...diagnosis, evidence }] });
    expect(document.diagnoses[0]?.evidence[0]?.observed).toEqual({ state: 'FAILED' });
  });

  test('it contains the observation, and the results of live probes', () => {
    const { cluster, paths } = toJson(brokenReport());
    expect(cluster).toMatchObject({
      keystore: { version: 'Consul 1.8.7', address: '192.168.99.100:8500' },
      networks: [{ name: 'my-net', vnis: [256], hosts: ['master-host', 'worker-host'] }],
      hosts: [
        {
          name: 'master-host',
          containers: [
            {
              name: 'tomcat-app',
              endpoints: [{ network: 'my-net', address: '10.0.9.2' }],
              ports: ['8080 → 8080/tcp'],
            },
          ],
        },
        { name: 'worker-host', containers: [{ name: 'mysqlserver' }] },
      ],
    });
    expect(paths[0]).toMatchObject({
      from: 'master-host',
      to: 'worker-host',
      cells: {
        gossip: { state: 'answered', tried: 1, arrived: 1, answered: 1 },
        icmp: { state: 'lost', tried: 1, arrived: 0, answered: 0 },
      },
    });
  });

  test('it contains nothing from a container’s environment', () => {
    expect(JSON.stringify(toJson(brokenReport()))).not.toContain(secret);
  });
});
