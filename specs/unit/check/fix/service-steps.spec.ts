import { describe, expect, test } from 'vitest';
import { diagnoseObservation } from '../../../../helpers/check/audit.ts';
import { planFix } from '../../../../helpers/check/fix/fix-steps.ts';
import { type Command, lineOf } from '../../../../helpers/check/model/command.ts';
import type { Observation } from '../../../../helpers/check/model/observation.ts';
import { type Changes, front, hostRules, mesh, swarmWithService } from '../services/swarm.ts';

const SANDBOX = '/run/docker/netns/lb_2u548xul6';
const tool = 'legacy';

/** The swarm with all tables, and the backend of iptables that has them. */
function swarm(changes: Changes = {}): Observation {
  return swarmWithService({
    front: [{ ...front, tool }],
    mesh: [{ ...mesh, tool }],
    hostRules: [{ ...hostRules, tool }],
    ...changes,
  });
}

/** Returns the steps of --fix for all findings. */
function fix(changes: Changes) {
  const observation = swarm(changes);
  const { diagnoses } = diagnoseObservation(observation);
  const { steps, refused } = planFix({ diagnoses, observation });
  return {
    refused,
    steps: steps.map(({ namespace, restores, inverse, commands }) => ({
      namespace,
      restores: restores.map((words) => words.join(' ')),
      inverse: inverse.map((words) => words.join(' ')),
      typed: lineOf(commands),
    })),
  };
}

/** Returns why --fix refuses this command. */
function refuse(command: Command, namespace = SANDBOX) {
  const action = {
    kind: 'fix',
    host: 'one',
    commands: [command],
    effect: 'restores it',
    restores: { namespace, commands: [command] },
  } as const;
  const found = { code: 'service-vip-missing', where: {}, summary: '' } as const;
  const diagnosis = { ...found, evidence: [], consequences: [], action };
  return planFix({ diagnoses: [diagnosis], observation: swarm() });
}

describe('--fix writes again', () => {
  test('the mark and the address of a service into its load balancer', () => {
    const changes = { front: [{ ...front, tool, marks: [], addresses: ['10.30.0.6'] }] } as const;
    const rule = 'INPUT -d 10.30.0.2/32 -j MARK --set-mark 0x103';
    expect(fix(changes)).toEqual({
      refused: [],
      steps: [
        {
          namespace: { path: SANDBOX },
          restores: [
            'ip address add 10.30.0.2/32 dev eth0',
            `xtables-legacy-multi iptables -t mangle -A ${rule}`,
          ],
          inverse: [
            `xtables-legacy-multi iptables -t mangle -D ${rule}`,
            'ip address del 10.30.0.2/32 dev eth0',
          ],
          typed: `nsenter --net=${SANDBOX} ip address add 10.30.0.2/32 dev eth0 && nsenter --net=${SANDBOX} iptables -t mangle -A ${rule}`,
        },
      ],
    });
  });

  test('the rule for the source', () => {
    const rule = 'POSTROUTING -d 10.30.0.0/24 -m ipvs --ipvs -j SNAT --to-source 10.30.0.6';
    expect(fix({ front: [{ ...front, tool: 'nft', sources: [] }] })).toMatchObject({
      refused: [],
      steps: [{ restores: [`xtables-nft-multi iptables -t nat -A ${rule}`] }],
    });
  });

  test('the mark of a published port into the sandbox of the routing mesh', () => {
    const marks = mesh.marks.filter((rule) => rule.by === 'address' || rule.port !== 8080);
    const rule = 'PREROUTING -p tcp --dport 8080 -j MARK --set-mark 0x106';
    expect(fix({ mesh: [{ ...mesh, tool, marks }] })).toMatchObject({
      refused: [],
      steps: [{ restores: [`xtables-legacy-multi iptables -t mangle -A ${rule}`] }],
    });
  });

  test('the rules of a host that lead to the routing mesh', () => {
    const rule = 'DOCKER-INGRESS -p tcp --dport 8080 -j DNAT --to-destination 172.18.0.2:8080';
    expect(fix({ hostRules: [{ ...hostRules, tool, ports: [] }] })).toMatchObject({
      refused: [],
      steps: [{ namespace: 'host', restores: [`xtables-legacy-multi iptables -t nat -I ${rule}`] }],
    });
    const jump = 'PREROUTING -m addrtype --dst-type LOCAL -j DOCKER-INGRESS';
    expect(fix({ hostRules: [{ ...hostRules, tool, isReached: false }] })).toMatchObject({
      refused: [],
      steps: [{ inverse: [`xtables-legacy-multi iptables -t nat -D ${jump}`] }],
    });
  });

  test.each<[string, readonly (readonly [string, number])[], string, string, string]>([
    [
      'a task that is missing',
      [['10.30.0.3', 1]],
      'ipvs add 259 10.30.0.4 1',
      'ipvs remove 259 10.30.0.4 0',
      '-a -f 259 -r 10.30.0.4 -m -w 1',
    ],
    [
      'the weight of a task',
      [
        ['10.30.0.3', 1],
        ['10.30.0.4', 0],
      ],
      'ipvs weigh 259 10.30.0.4 1',
      'ipvs weigh 259 10.30.0.4 0',
      '-e -f 259 -r 10.30.0.4 -m -w 1',
    ],
    [
      'no address that the service does not have',
      [
        ['10.30.0.3', 1],
        ['10.30.0.4', 1],
        ['10.30.0.9', 1],
      ],
      'ipvs remove 259 10.30.0.9 0',
      'ipvs add 259 10.30.0.9 1',
      '-d -f 259 -r 10.30.0.9',
    ],
  ])(
    '%s into IPVS, and tells what it does instead of the command to type',
    (_, list, ...expected) => {
      const [restores, inverse, typed] = expected;
      const servers = list.map(([address, weight]) => ({ address, weight, forward: 'Masq' }));
      const tables = { ...front, tool, virtualServices: [{ mark: 0x103, servers }] } as const;
      expect(fix({ front: [tables] })).toEqual({
        refused: [],
        steps: [
          {
            namespace: { path: SANDBOX },
            restores: [restores],
            inverse: [inverse],
            typed: `nsenter --net=${SANDBOX} ipvsadm ${typed}`,
          },
        ],
      });
    },
  );

  test('nothing for a finding whose fix restarts an engine', () => {
    expect(fix({ front: [{ ...front, tool, virtualServices: [] }] })).toEqual({
      refused: [],
      steps: [],
    });
  });
});

function mark(address: string, chain = 'INPUT'): Command {
  const rule = ['-d', `${address}/32`, '-j', 'MARK', '--set-mark', '0x103'] as const;
  return ['iptables', '-t', 'mangle', '-A', chain, ...rule];
}

function ipvs(verb: string, address: string, number: string): Command {
  return ['ipvsadm', verb, '-f', number, '-r', address, '-m', '-w', '1'];
}

function nat(...words: readonly string[]): Command {
  return ['iptables', '-t', 'nat', '-I', ...words];
}

function toMesh(port: string, to: string): string[] {
  return `DOCKER-INGRESS -p tcp --dport ${port} -j DNAT --to-destination ${to}`.split(' ');
}

describe('--fix refuses', () => {
  test.for<[string, Command, string?]>([
    ['an address that no service has', mark('10.30.0.77')],
    ['another chain', mark('10.30.0.2', 'OUTPUT')],
    ['an address of the network card', ['ip', 'address', 'add', '192.168.9.9/32', 'dev', 'eth0']],
    [
      'an address of a service in the host itself',
      ['ip', 'address', 'add', '10.30.0.2/32', 'dev', 'eth0'],
      'host',
    ],
    ['a port that no service publishes', nat(...toMesh('22', '172.18.0.2:22')), 'host'],
    ['another destination', nat(...toMesh('8080', '8.8.8.8:8080')), 'host'],
    ['another port of the destination', nat(...toMesh('8080', '172.18.0.2:22')), 'host'],
    ['any other rule', nat('PREROUTING', '-j', 'ACCEPT'), 'host'],
    ['a flush', ['iptables', '-t', 'nat', '-F'], 'host'],
    ['to add an address without a task', ipvs('-a', '10.30.0.9', '259')],
    ['to remove a task', ['ipvsadm', '-d', '-f', '259', '-r', '10.30.0.4']],
    ['to change another service', ipvs('-a', '10.30.0.4', '260')],
    ['another program', ['sysctl', '-w', 'net.ipv4.ip_forward=1']],
    ['a namespace that was not read', mark('10.30.0.2'), '/run/docker/netns/other'],
  ])('%s', ([, command, namespace]) => {
    const { steps, refused } = refuse(command, namespace);
    expect({ steps, refused: refused.length }).toEqual({ steps: [], refused: 1 });
  });

  test('nothing of a rule of the engine', () => {
    expect(refuse(mark('10.30.0.2')).refused).toEqual([]);
  });
});
