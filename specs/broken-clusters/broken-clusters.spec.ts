import { describe } from 'vitest';
import type { DiagnosisCode } from '../../helpers/check/model/codes.ts';
import { unexpectedContainer } from '../faults/container-faults.ts';
import { breakCluster, type Fault } from '../faults/fault.ts';
import { duplicateHostname } from '../faults/machine-faults.ts';
import { wrongHostsLine } from '../faults/name-faults.ts';
import { localNamesake } from '../faults/network-faults.ts';
import { deleteForwardingEntry } from '../faults/overlay-faults.ts';
import { dropLargePackets } from '../faults/path-faults.ts';
import { unknownMember } from '../faults/store-faults.ts';
import { renamedCar } from '../faults/workload-faults.ts';
import { verdictName } from '../../helpers/report/results/evidence.ts';
import { validateDocument } from '../unit/docs/validate-document.ts';
import { type Cluster, expect, test } from './cluster.ts';
import type { Evidence } from './read-outcomes.ts';

interface Broken {
  /** The fault, as the test's title. */
  readonly when: string;
  fault(cluster: Cluster): Fault | Promise<Fault>;
  /** The file of seed specs that must fail. */
  readonly file: string;
  /** Titles of specs that would wait or fail as well. */
  readonly without?: RegExp;
  /** The titles of the failing specs; all other specs of the file pass. */
  readonly failed: readonly string[];
  /** The message of one of them, in one sentence. */
  readonly says?: RegExp;
  /** The diagnosis code with which the evidence of each of them begins, as the only finding. It takes some seconds. */
  readonly diagnosis?: DiagnosisCode;
}

const broken: readonly Broken[] = [
  {
    when: 'the store has a member that is neither of the two engines',
    fault: ({ store, worker }) =>
      unknownMember(store, `${worker.machine.address.replace(/\d+$/, '250')}:2376`),
    file: 'cluster',
    failed: ['lists exactly both engines under their own addresses'],
  },
  {
    when: 'two hosts have the same hostname',
    fault: ({ provider }) => duplicateHostname(provider, 'worker-host', 'master-host'),
    file: 'cluster',
    failed: ['has a separate hostname for every machine, the name of the machine'],
  },
  {
    when: 'the keystore has a network with the name of the overlay',
    fault: ({ keystore }) => localNamesake(keystore, 'my-net'),
    file: 'overlay-network',
    failed: ['is unknown to the engine of the keystore'],
  },
  {
    when: 'the row of car 1 has changed',
    fault: async ({ worker }) => renamedCar(await worker.containers.find('mysqlserver')),
    file: 'car-endpoint',
    without: /a row that is changed|while mysqlserver is stopped/,
    failed: ['returns car 1 with status 200, as application/json, exactly as in the tutorial'],
  },
  {
    when: 'master-host runs a container named mysqlserver, too',
    fault: ({ master }) =>
      unexpectedContainer(master, {
        name: 'mysqlserver',
        image: 'docam/tomcat',
        network: 'none',
        entrypoint: ['sleep'],
        command: ['infinity'],
      }),
    file: 'name-and-ping',
    failed: [
      'tomcat-app runs on the engine of master-host, mysqlserver on the engine of worker-host',
    ],
  },
  {
    when: "tomcat-app resolves mysqlserver to another container's address on my-net",
    fault: async ({ master }) => {
      const tomcat = await master.containers.find('tomcat-app');
      return wrongHostsLine(tomcat, {
        name: 'mysqlserver',
        address: await tomcat.addressOn('my-net'),
      });
    },
    file: 'name-and-ping',
    without: /packet/,
    failed: [
      'tomcat-app resolves mysqlserver to its address on my-net',
      'mysqlserver answers every ping from tomcat-app, from its own address',
    ],
    says: /^(?:\w+: )?tomcat-app \(master-host\) resolves mysqlserver to 10\.0\.9\.\d+ over my-net: its address is 10\.0\.9\.\d+$/m,
  },
  {
    when: 'large packets vanish between the hosts',
    fault: ({ provider }) => dropLargePackets(provider, 'worker-host', { longerThan: 1400 }),
    file: 'name-and-ping',
    failed: [
      "packets of the overlay's MTU, 1450 bytes, pass in both directions unfragmented",
      'a packet that is one byte longer is rejected by the sender, and passes in fragments',
    ],
  },
  {
    when: 'the kernel of master-host has no forwarding entry for mysqlserver, but names are correct',
    fault: async ({ provider, worker }) => {
      const { id, containers } = await worker.networks.inspect('my-net');
      const mysql = containers.find(({ name }) => name === 'mysqlserver');
      if (mysql === undefined) throw new Error('mysqlserver is not on my-net');
      const onMaster = { provider, machine: 'master-host', network: id };
      return deleteForwardingEntry(onMaster, {
        container: 'mysqlserver',
        mac: mysql.mac,
        address: mysql.address,
        host: worker.machine.address,
      });
    },
    file: 'name-and-ping',
    failed: ['mysqlserver answers every ping from tomcat-app, from its own address'],
    says: /^(?:\w+: )?tomcat-app \(master-host\) gets no answer to 3 pings of mysqlserver over my-net$/m,
    diagnosis: 'forwarding-entry-missing',
  },
];

describe('exactly the specs of a broken seed cluster that test the broken part fail', () => {
  test.for(broken.map((one) => [one.when, one] as const))(
    'when %s',
    async ([, one], { cluster }) => {
      const outcome = (await runRoundOf(one, cluster)).get(one.file);
      expect(outcome?.failed, outcome?.transcript).toEqual(one.failed);
      expect(outcome?.passed, outcome?.transcript).not.toEqual([]);
      if (one.says !== undefined) expect(outcome?.transcript).toMatch(one.says);
      if (one.diagnosis === undefined) return;
      expect(outcome?.evidence, outcome?.transcript).toHaveLength(one.failed.length);
      for (const evidence of outcome?.evidence ?? []) showsFirst(evidence, one.diagnosis);
    },
  );
});

/** Returns true if the check comes first, has exactly this finding, and is in a valid document. */
function showsFirst([verdict, ...others]: readonly Evidence[], code: DiagnosisCode): void {
  expect(verdict?.name).toBe(verdictName);
  expect(verdict?.content).toMatch(
    new RegExp(`^✖ topology seed: 1 finding\\n 1 {2}${code}  master-host`),
  );
  const document = others.find(({ name }) => name === 'audit')?.content ?? 'null';
  expect(validateDocument('docs/check.schema.json', JSON.parse(document))).toEqual([]);
}

type Outcomes = Awaited<ReturnType<Cluster['runSpecs']>>;

const rounds = groupByRound(broken);
const outcomes = new Map<readonly Broken[], Promise<Outcomes>>();

/** Groups faults by round. Faults of different files of specs do not interfere, so one round causes them together. */
function groupByRound(all: readonly Broken[]): (readonly Broken[])[] {
  const groups: Broken[][] = [];
  for (const one of all) {
    const group = groups.find((others) => others.every(({ file }) => file !== one.file));
    if (group === undefined) groups.push([one]);
    else group.push(one);
  }
  return groups;
}

/** Returns the results of the specs with the faults of a fault's round. The first call for a round runs it. */
async function runRoundOf(one: Broken, cluster: Cluster): Promise<Outcomes> {
  const round = rounds.find((group) => group.includes(one)) ?? [one];
  const known = outcomes.get(round);
  if (known !== undefined) return await known;
  const run = runRound(round, cluster);
  outcomes.set(round, run);
  return await run;
}

async function runRound(round: readonly Broken[], cluster: Cluster): Promise<Outcomes> {
  await using faults = new AsyncDisposableStack();
  for (const one of round) faults.use(await breakCluster(await one.fault(cluster)));
  const without = round.flatMap((one) => (one.without === undefined ? [] : [one.without]));
  return await cluster.runSpecs(
    round.map(({ file }) => file),
    { without, withReport: round.some(({ diagnosis }) => diagnosis !== undefined) },
  );
}
