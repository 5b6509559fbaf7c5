import { describe, expect, test } from 'vitest';
import type { Command } from '../../../../helpers/check/model/command.ts';
import { planFix } from '../../../../helpers/check/fix/fix-steps.ts';
import type { Observation } from '../../../../helpers/check/model/observation.ts';
import { withValue } from '../../../../helpers/check/model/observed.ts';
import {
  MYSQL,
  NETWORK_ID,
  neighbour,
  twoHosts,
  whole,
  WORKER,
  written,
} from '../compare/kernel/two-hosts.ts';

/** Returns the steps of --fix for a fix with these commands. */
function plan(restores: readonly Command[], observation: Observation = twoHosts()) {
  const action = {
    kind: 'fix',
    host: 'master-host',
    commands: restores,
    effect: 'restores it',
    restores: { networkId: NETWORK_ID, commands: restores },
  } as const;
  const found = { code: 'forwarding-entry-missing', where: {}, summary: '' } as const;
  const diagnosis = { ...found, evidence: [], consequences: [], action };
  const { steps, refused } = planFix({ diagnoses: [diagnosis], observation });
  return { inverse: steps.flatMap(({ inverse }) => inverse.map((one) => one.join(' '))), refused };
}

const entry = (verb: string, mac: string, to: string, device = 'vxlan0'): Command => [
  'bridge',
  'fdb',
  verb,
  ...`${mac} dev ${device} dst ${to} self`.split(' '),
  ...(verb === 'replace' ? ['permanent'] : []),
];

describe('A fix records the commands that undo it', () => {
  test('if the entry was missing, had another value, or is deleted', () => {
    const gone = '02:42:0a:00:09:09';
    expect(plan([entry('replace', gone, WORKER)]).inverse).toEqual([
      `bridge fdb del ${gone} dev vxlan0 dst ${WORKER} self`,
    ]);
    const wrong = { ...whole, forwarding: [written(MYSQL.mac, '192.168.99.250')] };
    expect(
      plan([entry('replace', MYSQL.mac, WORKER)], twoHosts({ master: wrong })).inverse,
    ).toEqual([`bridge fdb replace ${MYSQL.mac} dev vxlan0 dst 192.168.99.250 self permanent`]);
    const other = { ...whole, neighbours: [neighbour(MYSQL.address, '02:42:0a:00:09:77')] };
    const words = `${MYSQL.address} lladdr ${MYSQL.mac} dev vxlan0 nud permanent`.split(' ');
    expect(
      plan([['ip', 'neigh', 'replace', ...words]], twoHosts({ master: other })).inverse,
    ).toEqual([
      `ip neigh replace ${MYSQL.address} lladdr 02:42:0a:00:09:77 dev vxlan0 nud permanent`,
    ]);
  });
});

describe('--fix refuses', () => {
  test.for<[string, Command]>([
    ['a destination that is no member', entry('replace', MYSQL.mac, '192.168.99.250')],
    ['a destination that is not an address', entry('replace', MYSQL.mac, 'evil.example')],
    ['a multicast MAC address', entry('replace', '01:00:5e:00:00:01', WORKER)],
    ['a device of another network', entry('replace', MYSQL.mac, WORKER, 'eth1')],
    [
      'an address outside the overlay network',
      ['ip', 'neigh', 'del', '192.168.99.1', 'dev', 'vxlan0'],
    ],
    ['any other command', ['ip', 'link', 'del', 'vxlan0']],
  ])('%s', ([, command]) => {
    const { inverse, refused } = plan([command]);
    expect({ inverse, refused: refused.length }).toEqual({ inverse: [], refused: 1 });
  });

  test('to delete entries if the members are unknown, or one of them was not examined', () => {
    const command = entry('del', MYSQL.mac, WORKER);
    expect(plan([command]).refused).toEqual([
      'forwarding-entry-missing on master-host: nothing is deleted: the members of the cluster are unknown',
    ]);
    const view = {
      store: { kind: 'consul', address: '192.168.99.100', port: 8500 },
      version: 'Consul 1.8.7',
      networks: [],
      endpoints: [],
      strange: [],
    } as const;
    const withMembers = (...ends: number[]) =>
      twoHosts({
        rest: {
          store: withValue({
            ...view,
            members: ends.map((end) => ({ advertised: `192.168.99.${end}:2376` })),
          }),
        },
      });
    expect(plan([command], withMembers(101, 102, 103)).refused).toEqual([
      'forwarding-entry-missing on master-host: nothing is deleted: only 2 of 3 members were examined',
    ]);
    expect(plan([command], withMembers(101, 102)).refused).toEqual([]);
  });
});
