import { describe, expect, test } from 'vitest';
import { diagnoseObservation } from '../../../../helpers/check/audit.ts';
import { lineOf } from '../../../../helpers/check/model/command.ts';
import { withValue } from '../../../../helpers/check/model/observed.ts';
import type {
  NameLookup,
  ServiceLookup,
} from '../../../../helpers/check/model/views/service-names-view.ts';
import { questionsAbout } from '../../../../helpers/check/observe/services/service-names.ts';
import { type Changes, FRONT, records, swarmWithService, withTasks } from './swarm.ts';

const WEB = '888ytlv5idtgvkqq8vb0doecd';
const unknown: NameLookup = { answers: [], error: '127.0.0.11: NXDOMAIN' };
const silent: NameLookup = { answers: undefined, error: '127.0.0.11: ETIMEDOUT' };

function answer(...answers: readonly string[]): NameLookup {
  return { answers, error: undefined };
}

function lookupOf(parts: Partial<ServiceLookup> & Pick<ServiceLookup, 'before'>): ServiceLookup {
  return {
    host: 'one',
    container: 'web.1',
    containerId: 'id-of-web.1',
    networkIds: [FRONT],
    networkId: FRONT,
    serviceId: WEB,
    name: 'web',
    means: 'service',
    after: parts.before,
    ...parts,
  };
}

function diagnose(lookups: readonly ServiceLookup[], changes: Changes = {}) {
  return diagnoseObservation(swarmWithService({ ...changes, lookups })).diagnoses.map(
    ({ code, where, action }) => ({
      code,
      where: Object.fromEntries(Object.entries(where).filter(([, value]) => value !== undefined)),
      action: `${action?.host}: ${lineOf(action?.commands ?? [])}`,
    }),
  );
}

const tasksOfWeb = { name: 'tasks.web', means: 'tasks' } as const;
const update = 'one: docker service update --force web';
const atService = { host: 'one', network: 'front', service: 'web' };

describe('The names of a service', () => {
  test('are right if they are the virtual address, all running tasks, and a task', () => {
    const lookups = [
      lookupOf({ before: answer('10.30.0.2') }),
      lookupOf({ name: 'site', before: answer('10.30.0.2') }),
      lookupOf({ ...tasksOfWeb, before: answer('10.30.0.4', '10.30.0.3') }),
      lookupOf({
        name: 'web.2.4owslb8bwfzza78idpe05cj7w',
        means: { task: '4owslb8bwfzza78idpe05cj7w' },
        before: answer('10.30.0.4'),
      }),
    ];
    const report = diagnoseObservation(swarmWithService({ lookups }));
    expect(report.diagnoses).toEqual([]);
    expect(report.comparisons.find(({ name }) => name === 'service-names')).toMatchObject({
      state: 'passed',
      evidence: [
        'web.1 on one resolves web to 10.30.0.2',
        'web.1 on one resolves site to 10.30.0.2',
        'web.1 on one resolves tasks.web to 10.30.0.4, 10.30.0.3',
        'web.1 on one resolves web.2.4owslb8bwfzza78idpe05cj7w to 10.30.0.4',
      ],
    });
  });

  test('that a node does not know, or knows in part, are one finding of this node', () => {
    const lookups = [
      lookupOf({ before: unknown }),
      lookupOf({ ...tasksOfWeb, before: answer('10.30.0.3') }),
    ];
    expect(diagnose(lookups)).toEqual([
      { code: 'service-name-missing', where: atService, action: update },
    ]);
  });

  test.each([
    ['the virtual address of nothing', answer('10.30.0.77'), {}],
    ['an old virtual address, too', answer('10.30.0.2', '10.30.0.77'), {}],
    ['a task that is gone', answer('10.30.0.3', '10.30.0.4', '10.30.0.9'), tasksOfWeb],
  ])('that lead to %s are wrong', (_, before, parts) => {
    expect(diagnose([lookupOf({ ...parts, before })])).toEqual([
      { code: 'service-name-wrong', where: atService, action: 'one: systemctl restart docker' },
    ]);
  });

  test('that only one container does not get are a finding of this container', () => {
    const other = { container: 'web.2', containerId: 'id-of-web.2' };
    const show = 'one: docker exec web.1 cat /etc/resolv.conf';
    for (const [before, action] of [
      [unknown, show],
      [silent, 'one: docker rm --force web.1'],
    ] as const) {
      const lookups = [lookupOf({ before }), lookupOf({ ...other, before: answer('10.30.0.2') })];
      expect(diagnose(lookups)).toEqual([
        {
          code: 'service-name-missing',
          where: { host: 'one', container: 'web.1' },
          action,
        },
      ]);
    }
  });

  test('that lead one container elsewhere are one finding of this container, and none of its node', () => {
    const elsewhere = answer('10.30.0.77');
    const lookups = [
      lookupOf({ before: elsewhere }),
      lookupOf({ name: 'site', before: elsewhere }),
      lookupOf({ ...tasksOfWeb, before: elsewhere }),
      // Another container asks only for its own service.
      lookupOf({ container: 'web.2', containerId: 'id-of-web.2', before: answer('10.30.0.2') }),
    ];
    const show = 'one: docker exec web.1 cat /etc/resolv.conf';
    expect(diagnose(lookups)).toEqual([
      { code: 'service-name-wrong', where: { host: 'one', container: 'web.1' }, action: show },
    ]);
  });

  test('that two containers of a node get wrong are findings of the node', () => {
    const lookups = [
      lookupOf({ before: answer('10.30.0.77') }),
      lookupOf({ container: 'web.2', containerId: 'id-of-web.2', before: answer('10.30.0.78') }),
    ];
    expect(diagnose(lookups)).toEqual([
      { code: 'service-name-wrong', where: atService, action: 'one: systemctl restart docker' },
    ]);
    // An answer on another network is right, or wrong, for other reasons.
    const onOther = lookupOf({
      host: 'one',
      container: 'web.2',
      containerId: 'id-of-web.2',
      networkId: 'other',
      before: answer('10.30.0.2'),
    });
    expect(diagnose([lookupOf({ before: answer('10.30.0.77') }), onOther])).toMatchObject([
      { code: 'service-name-wrong', where: atService },
    ]);
  });

  test('count only if both lookups show the same', () => {
    const right = answer('10.30.0.2');
    expect(diagnose([lookupOf({ before: unknown, after: right })])).toEqual([]);
    expect(diagnose([lookupOf({ before: right, after: unknown })])).toEqual([]);
    expect(diagnose([lookupOf({ before: unknown, after: undefined })])).toEqual([]);
  });

  test('may have tasks that start or stop, and must not have only these', () => {
    const starting = withTasks((tasks) =>
      tasks.map((one, at) => (at === 0 ? { ...one, state: 'starting' } : one)),
    );
    const [all, half] = [answer('10.30.0.3', '10.30.0.4'), answer('10.30.0.3')];
    for (const before of [all, half]) {
      const lookup = lookupOf({ ...tasksOfWeb, before });
      expect(diagnose([lookup], { before: starting })).toEqual([]);
      expect(diagnose([lookup], { later: starting })).toEqual([]);
    }
    expect(
      diagnose([lookupOf({ ...tasksOfWeb, before: answer('10.30.0.4') })], { later: starting }),
    ).toMatchObject([{ code: 'service-name-missing' }]);
  });

  test('of a service that is created or removed do not count', () => {
    const none = { ...records, services: [] };
    expect(diagnose([lookupOf({ before: unknown })], { before: none })).toEqual([]);
    expect(diagnose([lookupOf({ before: unknown })], { later: none })).toEqual([]);
  });
});

describe('Lookups', () => {
  const { hosts } = swarmWithService();

  test('are made in one container of each host and network, and its own in each container', () => {
    const asked = questionsAbout({ hosts }, records).map(({ host, name }) => `${host}: ${name}`);
    const names = [
      'web',
      'tasks.web',
      'site',
      'web.2.4owslb8bwfzza78idpe05cj7w',
      'web.1.tmfr9q7ty2dhxgze6ui9z9ljv',
    ];
    expect(asked).toEqual(
      ['one', 'two'].flatMap((host) => names.map((name) => `${host}: ${name}`)),
    );
  });

  test('leave out a name that two services have', () => {
    const [web] = records.services;
    const twin = { ...web, id: 'twin', aliases: { [FRONT]: ['site'] }, name: 'twin' };
    const tasks = records.tasks.flatMap((task) => [
      task,
      { ...task, serviceId: 'twin', id: `${task.id}2` },
    ]);
    const asked = questionsAbout(
      { hosts },
      { services: [...records.services, twin as typeof web & object], tasks },
    );
    expect(asked.some(({ name }) => name === 'site')).toBe(false);
    expect(asked.some(({ name }) => name === 'twin')).toBe(true);
  });

  test('that were not possible on a host do not pass', () => {
    const blind = withValue({
      lookups: [lookupOf({ before: answer('10.30.0.2') })],
      blind: [{ host: 'two', why: 'no probe' }],
      questions: { all: 1, asked: 1 },
    });
    const report = diagnoseObservation({ ...swarmWithService(), serviceNames: blind });
    expect(report.comparisons.find(({ name }) => name === 'service-names')).toMatchObject({
      state: 'skipped',
      because: 'failed',
    });
  });
});
