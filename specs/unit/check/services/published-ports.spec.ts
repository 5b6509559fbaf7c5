import { describe, expect, test } from 'vitest';
import { diagnoseObservation } from '../../../../helpers/check/audit.ts';
import { diagnoseDifferences } from '../../../../helpers/check/diagnose/diagnose.ts';
import type { Difference } from '../../../../helpers/check/model/difference.ts';
import { lineOf } from '../../../../helpers/check/model/command.ts';
import type { PortAnswer } from '../../../../helpers/check/model/views/application-view.ts';
import type { MeshRules } from '../../../../helpers/check/model/views/balancing-view.ts';
import { type Changes, hostRules, mesh, swarmWithService, withTasks } from './swarm.ts';

function diagnose(changes: Changes) {
  return diagnoseObservation(swarmWithService(changes)).diagnoses.map(
    ({ code, where, action, consequences }) => ({
      code,
      where: Object.fromEntries(Object.entries(where).filter(([, value]) => value !== undefined)),
      action: `${action?.host}: ${lineOf(action?.commands ?? [])}`,
      consequences: consequences.map(({ kind }) => kind),
    }),
  );
}

function answerOf(parts: Partial<PortAnswer> = {}): PortAnswer {
  return {
    host: 'one',
    container: undefined,
    service: 'web',
    address: '192.168.100.100:8080',
    containerPort: '80/tcp',
    from: 'two',
    error: 'no connection',
    isListening: true,
    ...parts,
  };
}

const silent = [answerOf()];
const here = { host: 'one', service: 'web' };

describe('A published port of a service', () => {
  test('that is silent on a node, without another cause, is one finding of this node', () => {
    expect(diagnose({ ports: [answerOf({ error: undefined })] })).toEqual([]);
    expect(diagnose({ ports: silent })).toEqual([
      {
        code: 'published-port-unreachable',
        where: here,
        action: 'one: iptables -vnL FORWARD',
        consequences: [],
      },
    ]);
  });

  test.each([
    ['no task listens', { ports: [answerOf({ isListening: false })] }],
    [
      'a task is starting',
      {
        ports: silent,
        later: withTasks((tasks) => [
          ...tasks,
          ...tasks.slice(0, 1).map((one) => ({
            ...one,
            id: 'new',
            state: 'starting',
            addressesById: { jnm0t0r860krdqptktgkum3uv: '10.0.0.9' },
          })),
        ]),
      },
    ],
    ['a task has stopped', { ports: silent, later: withTasks((tasks) => tasks.slice(1)) }],
  ])('is no finding if %s', (_, changes) => {
    expect(diagnose(changes)).toEqual([]);
  });

  test.each<[string, Changes, string]>([
    ['IPVS', { mesh: [{ ...mesh, virtualServices: undefined }] }, 'ipvs-missing'],
    ['forwarding', { mesh: [{ ...mesh, forwards: false }] }, 'load-balancer-forwarding-off'],
    ['its mark', { mesh: [{ ...mesh, marks: [] }] }, 'service-vip-missing'],
    ['its firewall rule', { hostRules: [{ ...hostRules, ports: [] }] }, 'ingress-rule-missing'],
  ])('is unreachable because the node lacks %s', (_, changes, code) => {
    expect(diagnose({ ...changes, ports: silent })).toMatchObject([
      { code, consequences: ['port-silent'] },
    ]);
  });

  // Recorded on engines 26.1.5 and 28.5.2: without IPVS, the engine writes no rules for the mesh.
  test('is led nowhere by a node without IPVS, which is the only finding', () => {
    const none = { ...hostRules, hasChain: false, isReached: false, ports: [] };
    const without: Changes = { mesh: [{ ...mesh, virtualServices: undefined }], hostRules: [none] };
    expect(diagnose(without)).toMatchObject([
      { code: 'ipvs-missing', where: { host: 'one' }, consequences: ['mesh-rule-missing'] },
    ]);
  });
});

describe('The firewall of a node', () => {
  const nat = 'one: iptables -t nat -I';
  const restart = 'one: systemctl restart docker';

  test.each<[string, Partial<MeshRules>, string]>([
    [
      'the rule of the port',
      { ports: [] },
      `${nat} DOCKER-INGRESS -p tcp --dport 8080 -j DNAT --to-destination 172.18.0.2:8080`,
    ],
    [
      'the rule that leads to its chain',
      { isReached: false },
      `${nat} PREROUTING -m addrtype --dst-type LOCAL -j DOCKER-INGRESS`,
    ],
    ['the chain', { hasChain: false, isReached: false, ports: [] }, restart],
    [
      'a rule with the address of the routing mesh',
      { ports: [{ protocol: 'tcp', port: 8080, destination: '172.18.0.9' }] },
      `${nat} DOCKER-INGRESS -p tcp --dport 8080 -j DNAT --to-destination 172.18.0.2:8080`,
    ],
  ])('without %s is one finding, even if the engine accepts connections', (_, part, action) => {
    const ports = [answerOf({ error: undefined })];
    expect(diagnose({ hostRules: [{ ...hostRules, ...part }], ports })).toEqual([
      { code: 'ingress-rule-missing', where: here, action, consequences: [] },
    ]);
  });

  test('without any rule of Docker is one finding, which causes the others', () => {
    const observation = swarmWithService();
    const base = { where: { host: 'one' }, text: 'no rules' } as const;
    const all: Difference = {
      ...base,
      kind: 'docker-rules-missing',
      expected: ['nat PREROUTING -j DOCKER…'],
      observed: ['nat PREROUTING -j DOCKER…'],
    };
    const ofPort: Difference = {
      ...base,
      kind: 'mesh-rule-missing',
      where: here,
      expected: { protocol: 'tcp', port: 8080, destination: '172.18.0.2' },
      observed: { missing: 'jump', destination: null },
    };
    expect(diagnoseDifferences([ofPort, all], observation)).toMatchObject([
      { code: 'docker-rules-missing', evidence: [all], consequences: [ofPort] },
    ]);
  });

  test('counts only if it lacks the rule at both reads, and never passes unread', () => {
    const without = { ...hostRules, ports: [] };
    expect(diagnose({ hostRules: [without, hostRules] })).toEqual([]);
    expect(diagnose({ hostRules: [hostRules, without] })).toEqual([]);
    const { comparisons, verdict } = diagnoseObservation(
      swarmWithService({ hostRules: [undefined] }),
    );
    expect(verdict).toBe('incomplete');
    expect(comparisons.find(({ name }) => name === 'mesh-rules')).toMatchObject({
      state: 'skipped',
      because: 'failed',
    });
  });
});
