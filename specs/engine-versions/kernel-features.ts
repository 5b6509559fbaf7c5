import type { MachineProvider } from '../../helpers/machine/machine.ts';
import { HarnessError } from '../../helpers/process/errors/harness-error.ts';

/** What a kernel may lack of what an engine in swarm mode asks of it. */
export type KernelAbility = 'ipvs' | 'esp';

/** A kernel's answer; `reason` is the whole of it, for whoever cannot do something then. */
export type KernelAnswer =
  | { readonly can: true }
  | { readonly can: false; readonly reason: string };

interface Question {
  /** What the kernel lacks, and what does not work without it. */
  readonly lack: string;
  /** Must succeed on every machine: what else fails after it, fails for the kernel. */
  readonly control: string;
  /** What the engine itself does with it, in a network namespace that goes with the question. */
  readonly question: string;
  /** What the machine's own tool says when it is the one that does not know how to ask. */
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
 * Asks the kernel of a machine whether it can do that, by doing it: what is built in, what is a module and what only
 * loads at the first use are all the same then, and no list of kernels is needed. Nothing of it stays.
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

/** What it means that these commands ended so. Not having been able to ask is an error, and no answer. */
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
      remedy: `run this command on the machine to find the reason: unshare -n ${question}`,
      evidence: stdout,
    });
  }
  return {
    can: false,
    reason: `the kernel of ${machine} has ${lack} («${said.split('\n').at(-1)}»)`,
  };
}
