import type { MachineProvider } from '../../helpers/machine/machine.ts';
import { HarnessError } from '../../helpers/process/errors/harness-error.ts';

/** Kernel features that engines in swarm mode need. */
export type KernelAbility = 'ipvs' | 'esp';

/** A kernel's answer; `reason` is the complete reason if it lacks the feature. */
export type KernelAnswer =
  | { readonly can: true }
  | { readonly can: false; readonly reason: string };

interface Question {
  /** The missing feature, and its consequence. */
  readonly lack: string;
  /** A command that succeeds on every machine. If it does, a later failure is due to the kernel. */
  readonly control: string;
  /** The operation of the engine that needs the feature, in a temporary network namespace. */
  readonly question: string;
  /** The machine's own tool prints this if it does not know the feature. */
  readonly dumb: RegExp;
}

const key = '0x000102030405060708090a0b0c0d0e0f10111213';

const questions: Readonly<Record<KernelAbility, Question>> = {
  ipvs: {
    lack: 'no IPVS, which services with one address and the routing mesh need',
    control: 'iptables -w -t nat -A POSTROUTING -j ACCEPT',
    question: 'iptables -w -t nat -A POSTROUTING -m ipvs --ipvs -j ACCEPT',
    dumb: /couldn't load match|unknown option/i,
  },
  esp: {
    lack: 'no ESP with AES-GCM, which encrypted overlays need',
    control: 'ip link show lo',
    question: `ip xfrm state add src 192.0.2.1 dst 192.0.2.2 proto esp spi 1 mode transport aead 'rfc4106(gcm(aes))' ${key} 64`,
    dumb: /object "?xfrm"? is unknown|usage:|busybox/i,
  },
};

const asked = 'the control passed';

/**
 * Finds if a machine's kernel has a feature by using it. This works for built-in features, modules, and modules that
 * load at the first use, without a list of kernels. Leaves nothing.
 */
export async function askKernel(
  provider: Pick<MachineProvider, 'run'>,
  machine: string,
  ability: KernelAbility,
): Promise<KernelAnswer> {
  const { control, question } = questions[ability];
  const { exitCode, stdout } = await provider.run(
    machine,
    ['unshare', '-n', 'sh', '-c', `exec 2>&1; ${control} && echo '${asked}' && ${question}`],
    { title: `${machine}: ask the kernel for ${ability}`, limit: 60_000, expect: 'any' },
  );
  return readKernelAnswer(machine, ability, { exitCode, stdout });
}

/** Interprets the result of these commands. If the test could not run, throws instead of returning an answer. */
export function readKernelAnswer(
  machine: string,
  ability: KernelAbility,
  { exitCode, stdout }: { readonly exitCode: number; readonly stdout: string },
): KernelAnswer {
  const { lack, question, dumb } = questions[ability];
  const [before = '', after] = stdout.split(`${asked}\n`);
  if (after !== undefined && exitCode === 0) return { can: true };
  const said = (after ?? before).trim();
  if (after === undefined || exitCode === 126 || exitCode === 127 || dumb.test(said)) {
    throw new HarnessError({
      code: 'command-failed',
      tried: `${machine}: ask the kernel for ${ability}`,
      observed: said.split('\n').at(-1) ?? '',
      hint: `run this command on the machine to find the reason: unshare -n ${question}`,
      evidence: stdout,
    });
  }
  return {
    can: false,
    reason: `the kernel of ${machine} has ${lack} ("${said.split('\n').at(-1)}")`,
  };
}
