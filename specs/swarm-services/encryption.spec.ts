import type { SpecMachine } from '../../helpers/spec/spec.ts';
import { expect, runIn, test } from './lab.ts';

/** Packets from other machines that a machine received, and the replies to pings. */
interface Wire {
  readonly replies: number;
  readonly encrypted: number;
  readonly clear: number;
}

test('Packets of data-net pass between machines as ESP only, those of my-net unencrypted', async ({
  lab,
  machine,
}) => {
  const tasks = await lab.service('node-name').tasks();
  const from = tasks.find((task) => task.machine === 'master-host');
  const to = tasks.find((task) => task.machine === 'spare-host');
  if (from === undefined || to === undefined) throw new Error('a task on each machine expected');
  const peer = machine('master-host').address;
  const count = async (network: string, match: string) =>
    await countWire(machine('spare-host'), { peer, match }, async () => {
      const output = await runIn(from, `ping -n -c 4 -W 5 ${to.addressOn(network)} || :`);
      return Number(/(\d+) received/.exec(output)?.[1] ?? 0);
    });
  const secret = await count('data-net', await matchOfEncrypted(machine('spare-host')));
  expect(secret).toMatchObject({ replies: 4, clear: 0 });
  expect(secret.encrypted).toBeGreaterThanOrEqual(4);
  const open = await count('my-net', '');
  expect(open.replies).toBe(4);
  expect(open.clear).toBeGreaterThanOrEqual(4);
});

/**
 * Counts the packets that a machine receives from another one while `run` sends some: ESP, and unencrypted VXLAN. Other
 * networks send packets, too.
 *
 * @param match the words of a rule that match the network; all unencrypted VXLAN when empty
 */
async function countWire(
  machine: SpecMachine,
  { peer, match }: { readonly peer: string; readonly match: string },
  run: () => Promise<number>,
): Promise<Wire> {
  const rules = {
    encrypted: '-p esp',
    // A decrypted packet passes again, with its policy.
    clear: `-p udp --dport 4789 ${match} -m policy --dir in --pol none`,
  };
  const chain = 'iptables -w -t mangle';
  const change = async (how: '-A' | '-D') => {
    const lines = Object.entries(rules).map(
      ([name, rule]) =>
        `${chain} ${how} PREROUTING -s ${peer} ${rule} -m comment --comment wire-${name}`,
    );
    await machine.run(['sh', '-ec', lines.join('\n')]);
  };
  await change('-A');
  try {
    const replies = await run();
    const { stdout } = await machine.run(['sh', '-ec', `${chain} -L PREROUTING -v -n -x`]);
    const packets = (name: string) => {
      const line = stdout.split('\n').find((one) => one.includes(`wire-${name}`)) ?? '';
      return Number(line.trim().split(/\s+/)[0]);
    };
    return { replies, encrypted: packets('encrypted'), clear: packets('clear') };
  } finally {
    await change('-D');
  }
}

/** Returns the match for the VXLAN number of the encrypted network, from the rule with which the engine drops its packets in clear. */
async function matchOfEncrypted(machine: SpecMachine): Promise<string> {
  const { stdout } = await machine.run(['iptables', '-w', '-S', 'INPUT']);
  const rule = stdout.split('\n').find((line) => / --pol none .*-j DROP$/.test(line)) ?? '';
  const [match = ''] = /-m (?:u32 --u32|bpf --bytecode) (?:"[^"]+"|\S+)/.exec(rule) ?? [];
  if (match === '') throw new Error(`no rule that drops packets in clear: ${stdout}`);
  return match;
}
