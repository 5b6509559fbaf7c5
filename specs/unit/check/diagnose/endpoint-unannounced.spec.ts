import { describe, expect, test } from 'vitest';
import { diagnoseDifferences } from '../../../../helpers/check/diagnose/diagnose.ts';
import {
  forwardingMissing,
  neighborMissing,
} from '../../../../helpers/check/diagnose/kernel/kernel-entries.ts';
import { nameUnresolved } from '../../../../helpers/check/diagnose/application/names.ts';
import { endpointUnannounced } from '../../../../helpers/check/diagnose/members/endpoint-unannounced.ts';
import type { Difference } from '../../../../helpers/check/model/difference.ts';
import { withValue } from '../../../../helpers/check/model/observed.ts';
import { hostOf, observationOf } from '../observation.ts';

const swarm = observationOf({
  kind: 'swarm-mode',
  hosts: ['one', 'two', 'three'].map((name) => hostOf(name)),
});
const rules = [endpointUnannounced, forwardingMissing, neighborMissing, nameUnresolved];

/** The differences of a host that has no records of a container on host two. */
function unknownOn(host: string, container: string): [Difference, Difference, Difference] {
  const place = { host, peer: 'two', network: 'net' };
  return [
    {
      kind: 'forwarding-missing',
      where: { ...place, container },
      expected: { mac: '02:42:0a:00:09:03', dst: '10.1.0.2', state: 'permanent' },
      observed: null,
      text: 'no forwarding entry',
    },
    {
      kind: 'neighbour-missing',
      where: { ...place, container },
      expected: { address: '10.0.9.3', mac: '02:42:0a:00:09:03' },
      observed: null,
      text: 'no neighbor entry',
    },
    {
      kind: 'name-unanswered',
      where: { ...place, container: 'client', towards: container },
      expected: { name: container, addresses: ['10.0.9.3'] },
      observed: { answers: null, error: 'ETIMEDOUT' },
      text: 'no answer',
    },
  ];
}

describe('A container of which another engine has no record', () => {
  test('is one finding at its own host, with the other as peer, and a fix there', () => {
    expect(diagnoseDifferences(unknownOn('one', 'shop'), swarm, rules)).toMatchObject([
      {
        code: 'endpoint-unannounced',
        where: { host: 'two', peer: 'one', network: 'net', container: 'shop' },
        action: {
          host: 'two',
          commands: [['docker', 'restart', 'shop']],
        },
      },
    ]);
  });

  test('is one finding at its own host if no other host knows it', () => {
    const differences = [...unknownOn('one', 'shop'), ...unknownOn('three', 'shop')];
    expect(diagnoseDifferences(differences, swarm, rules)).toMatchObject([
      { code: 'endpoint-unannounced', where: { host: 'two', container: 'shop' } },
    ]);
  });

  test('is one finding together with the others of its host', () => {
    const differences = [...unknownOn('one', 'shop'), ...unknownOn('one', 'stock')];
    const [finding, ...others] = diagnoseDifferences(differences, swarm, rules);
    expect(others).toEqual([]);
    expect(finding?.where).toEqual({ host: 'two', peer: 'one', network: 'net' });
    expect(finding?.action?.commands).toEqual([['docker', 'restart', 'shop', 'stock']]);
  });

  test.for([
    ['forwarding entry', [1, 2]],
    ['neighbor entry', [0, 2]],
    ['name', [0, 1]],
  ] as const)('is another finding if its %s is there', ([, left]) => {
    const all = unknownOn('one', 'shop');
    const found = diagnoseDifferences(
      left.flatMap((index) => all[index] ?? []),
      swarm,
      rules,
    );
    expect(found).not.toEqual([]);
    expect(found.map(({ code }) => code)).not.toContain('endpoint-unannounced');
  });

  test('is another finding if another container on that host resolves its name', () => {
    const names = withValue({
      answers: [
        {
          host: 'one',
          container: 'neighbor',
          network: 'net',
          name: 'shop',
          towards: 'shop',
          peer: 'two',
          expected: ['10.0.9.3'],
          answers: ['10.0.9.3'],
          from: 'resolver' as const,
          error: undefined,
        },
      ],
      deaf: [],
      blind: [],
      questions: { all: 2, asked: 2 },
    });
    const found = diagnoseDifferences(unknownOn('one', 'shop'), { ...swarm, names }, rules);
    expect(found).not.toEqual([]);
    expect(found.map(({ code }) => code)).not.toContain('endpoint-unannounced');
  });

  test('does not explain the failure of an application to which it does not belong', () => {
    const failure: Difference = {
      kind: 'application-fails',
      where: {},
      expected: { status: 200 },
      observed: { status: 503, body: null, error: undefined },
      text: 'the application fails',
    };
    const application = {
      url: 'http://one:8080/',
      status: 200,
      body: 'car',
      container: 'web',
      database: 'db',
    };
    const observation = { ...swarm, expectations: { application } };
    const differences = [...unknownOn('one', 'shop'), failure];
    const [unannounced, ...others] = diagnoseDifferences(differences, observation, rules);
    expect(unannounced).toMatchObject({ code: 'endpoint-unannounced', consequences: [] });
    expect(others).toMatchObject([{ evidence: [failure] }]);
  });

  test('is another finding in a key-value cluster, whose names are in the store', () => {
    const cluster = observationOf({ ...swarm, kind: 'key-value' });
    const found = diagnoseDifferences(unknownOn('one', 'shop'), cluster, rules);
    expect(found).not.toEqual([]);
    expect(found.map(({ code }) => code)).not.toContain('endpoint-unannounced');
  });
});
