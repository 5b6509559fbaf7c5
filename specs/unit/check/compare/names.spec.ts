import { describe, expect, test } from 'vitest';
import { diagnoseObservation } from '../../../../helpers/check/audit.ts';
import { findNamed } from '../../../../helpers/check/observe/names/named-containers.ts';
import {
  parseHosts,
  parseNameServers,
} from '../../../../helpers/check/observe/names/name-files.ts';
import type { NameAnswer, NamesView } from '../../../../helpers/check/model/views/names-view.ts';
import { questionsOf } from '../../../../helpers/check/observe/names/names.ts';
import { withValue } from '../../../../helpers/check/model/observed.ts';
import { containerOf, engineAt, keyValueCluster, overlay } from '../healthy-cluster.ts';
import { engineOf, hostOf } from '../observation.ts';

const right: NameAnswer = {
  host: 'master-host',
  container: 'tomcat-app',
  network: 'my-net',
  name: 'mysqlserver',
  towards: 'mysqlserver',
  peer: 'worker-host',
  expected: ['10.0.9.3'],
  answers: ['10.0.9.3'],
  from: 'resolver',
  error: undefined,
};
const place = { host: 'master-host', peer: 'worker-host', network: 'my-net' };
const asked = { ...place, container: 'tomcat-app', towards: 'mysqlserver' };

function diagnoseNames(answers: readonly NameAnswer[], parts: Partial<NamesView> = {}) {
  const names = withValue({
    answers,
    deaf: [],
    blind: [],
    questions: { all: 1, asked: 1 },
    ...parts,
  });
  return diagnoseObservation(keyValueCluster({ rest: { names } }));
}

describe('Names', () => {
  test('are correct if name servers return the addresses that engines report', () => {
    const { diagnoses, comparisons } = diagnoseNames([right]);
    expect(diagnoses).toEqual([]);
    expect(comparisons.find(({ name }) => name === 'names-right')).toMatchObject({
      state: 'passed',
      evidence: ['tomcat-app on master-host resolves mysqlserver to 10.0.9.3'],
    });
  });

  test('that could not be resolved on a host do not pass', () => {
    const { verdict } = diagnoseNames([right], {
      blind: [{ host: 'third-host', why: 'no probe' }],
    });
    expect(verdict).toBe('incomplete');
  });

  test('that no container has are unresolved where they were queried', () => {
    const { diagnoses } = diagnoseNames([{ ...right, answers: [], error: '127.0.0.11: NXDOMAIN' }]);
    expect(diagnoses).toMatchObject([
      { code: 'name-unresolved', where: asked, action: { host: 'worker-host' } },
    ]);
  });

  test('are unresolved for a whole container if its name server answers nothing', () => {
    const silent = { ...right, answers: undefined, error: '127.0.0.11: ECONNREFUSED' };
    const both = [silent, { ...silent, name: 'bystander', towards: 'bystander' }];
    const deaf = [{ host: 'master-host', container: 'tomcat-app' }];
    expect(diagnoseNames(both, { deaf }).diagnoses).toMatchObject([
      {
        code: 'name-unresolved',
        where: { host: 'master-host', container: 'tomcat-app' },
        action: { host: 'master-host', commands: ['docker restart tomcat-app'.split(' ')] },
      },
    ]);
  });

  test('that two containers of a host cannot resolve are one finding for this host', () => {
    const lost = { ...right, answers: [], error: '127.0.0.11: NXDOMAIN' };
    const { diagnoses } = diagnoseNames([lost, { ...lost, container: 'other' }]);
    expect(diagnoses).toHaveLength(1);
    expect(diagnoses[0]?.where).toEqual({ ...place, towards: 'mysqlserver' });
  });

  test('that several hosts cannot resolve are one finding for this name', () => {
    const lost = { ...right, answers: [], error: '127.0.0.11: NXDOMAIN' };
    const { diagnoses } = diagnoseNames([
      lost,
      { ...lost, host: 'third-host', container: 'bystander' },
    ]);
    expect(diagnoses).toMatchObject([{ code: 'name-unresolved', action: { host: 'worker-host' } }]);
    expect(diagnoses[0]?.where).toEqual({ network: 'my-net', towards: 'mysqlserver' });
  });

  test('with another address in /etc/hosts are stale in this container', () => {
    const { diagnoses } = diagnoseNames([{ ...right, answers: ['10.0.9.4'], from: 'hosts-file' }]);
    expect(diagnoses).toMatchObject([
      {
        code: 'name-stale',
        where: asked,
        summary: expect.stringContaining('10.0.9.4 is bystander on third-host'),
        action: { host: 'master-host', commands: ['docker restart tomcat-app'.split(' ')] },
      },
    ]);
  });

  test('with a correct and an unused address are stale', () => {
    const { diagnoses } = diagnoseNames([{ ...right, answers: ['10.0.9.3', '10.0.9.77'] }]);
    expect(diagnoses).toMatchObject([
      { code: 'name-stale', summary: expect.stringContaining('no container has 10.0.9.77') },
    ]);
  });
});

/** Returns the networks of a container with this address and these aliases. */
function withAliases(address: string, ...aliases: string[]) {
  const { networks } = containerOf('db', { address });
  return Object.fromEntries(
    Object.entries(networks).map(([network, end]) => [network, { ...end, aliases }]),
  );
}

describe('The names that a container queries', () => {
  test('are those of all other containers on its networks: names and aliases, but no IDs', () => {
    const hosts = [
      hostOf('a', { engine: engineAt('master-host') }),
      hostOf('b', {
        engine: engineOf({
          networks: [overlay],
          containers: [
            containerOf('db', {
              id: '0123456789abcdef',
              networks: withAliases('10.0.9.3', 'sql', '0123456789ab'),
            }),
          ],
        }),
      }),
    ];
    const named = findNamed(hosts);
    expect(
      named
        .flatMap((one) => questionsOf(one, named))
        .map(({ client, name, expected }) => [client.name, name, expected]),
    ).toEqual([
      ['tomcat-app', 'db', ['10.0.9.3']],
      ['tomcat-app', 'sql', ['10.0.9.3']],
      ['db', 'tomcat-app', ['10.0.9.2']],
    ]);
  });

  test('belong to several containers for an alias, and to one container for its own name', () => {
    const containers = [
      containerOf('db', { networks: withAliases('10.0.9.3', 'sql') }),
      containerOf('replica', { networks: withAliases('10.0.9.4', 'sql', 'db') }),
      containerOf('app', { networks: withAliases('10.0.9.5') }),
    ];
    const named = findNamed([
      hostOf('a', { engine: engineOf({ networks: [overlay], containers }) }),
    ]);
    const app = named.find(({ name }) => name === 'app');
    const expected = app && questionsOf(app, named).map((one) => [one.name, one.expected]);
    expect(expected).toEqual([
      ['db', ['10.0.9.3']],
      ['sql', ['10.0.9.3', '10.0.9.4']],
      ['replica', ['10.0.9.4']],
      ['sql', ['10.0.9.3', '10.0.9.4']],
    ]);
  });
});

describe('Files with names', () => {
  test('are read without comments', () => {
    expect(
      parseHosts('127.0.0.1\tlocalhost # me\n\n#10.0.9.9 x\n10.0.9.4 mysqlserver db\n'),
    ).toEqual([
      { address: '127.0.0.1', names: ['localhost'] },
      { address: '10.0.9.4', names: ['mysqlserver', 'db'] },
    ]);
    expect(
      parseNameServers('search lan\nnameserver 127.0.0.11\n;nameserver 9.9.9.9\noptions ndots:0\n'),
    ).toEqual(['127.0.0.11']);
  });
});
