import { describe, expect, test } from 'vitest';
import type { KernelFeature } from '../../../helpers/machine/kernel-feature.ts';
import { tryKernel, readKernelAnswer } from '../../../helpers/machine/try-kernel.ts';

const control = 'the control passed\n';

/** Returns an answer: the output of the control command, then the rest. */
function answer(ability: KernelFeature, exitCode: number, stdout: string) {
  return readKernelAnswer('worker', ability, { exitCode, stdout });
}

describe('a kernel that performs the operation has the ability', () => {
  test.each(['ipvs', 'esp'] as const)('%s', (ability) => {
    expect(answer(ability, 0, control)).toEqual({ can: true });
  });
});

describe('a kernel that refuses the operation lacks the ability, and the reason quotes the refusal', () => {
  // Messages of real kernels, with both variants of iptables and of iproute2.
  test.each([
    [
      'ipvs',
      4,
      'iptables v1.8.11 (nf_tables):  RULE_APPEND failed (No such file or directory): rule in chain POSTROUTING',
      'RULE_APPEND failed',
    ],
    ['ipvs', 1, 'iptables: No chain/target/match by that name.', 'No chain/target/match'],
    ['esp', 2, 'Error: Requested AEAD algorithm not found.', 'Requested AEAD algorithm not found'],
    ['esp', 2, 'RTNETLINK answers: Protocol not supported', 'Protocol not supported'],
    [
      'esp',
      255,
      'Cannot open netlink socket: Protocol not supported',
      'Cannot open netlink socket',
    ],
  ] as const)('%s (%i): %s', (ability, exitCode, said, words) => {
    expect(answer(ability, exitCode, `${control}${said}\n`)).toEqual({
      can: false,
      reason: expect.stringMatching(
        new RegExp(`^the kernel of worker has no (IPVS|ESP).*${words}`),
      ),
    });
  });
});

describe('a machine without the required tools causes an error with the reason, not an answer', () => {
  test.each([
    ['ipvs', 1, 'unshare: unshare failed: Operation not permitted', 'Operation not permitted'],
    ['ipvs', 127, 'sh: 1: iptables: not found', 'iptables: not found'],
    [
      'ipvs',
      2,
      `${control}iptables v1.8.11 (nf_tables): Couldn't load match \`ipvs':No such file or directory`,
      "Couldn't load match",
    ],
    ['esp', 127, 'sh: 1: ip: not found', 'ip: not found'],
    ['esp', 255, `${control}Object "xfrm" is unknown, try "ip help".`, 'Object "xfrm" is unknown'],
    ['esp', 1, `${control}ip: invalid argument 'xfrm' to 'ip'\nBusyBox v1.37.0`, 'BusyBox'],
  ] as const)('%s (%i): %s', (ability, exitCode, stdout, words) => {
    const ask = () => answer(ability, exitCode, `${stdout}\n`);
    expect(ask).toThrow(words);
    expect(ask).toThrow(
      new RegExp(`^worker: try the kernel feature ${ability}: .*. Run this command on the machine`),
    );
  });
});

test('the operation runs in a separate namespace, after a control that succeeds on every machine', async () => {
  const asked: string[][] = [];
  const run = async (_machine: string, argv: readonly string[]) => {
    asked.push([...argv]);
    return { exitCode: 0, stdout: control, stderr: '' };
  };
  for (const ability of ['ipvs', 'esp'] as const) await tryKernel({ run }, 'worker', ability);
  expect(asked.map((argv) => argv.slice(0, 4))).toEqual([
    ['unshare', '-n', 'sh', '-c'],
    ['unshare', '-n', 'sh', '-c'],
  ]);
});
