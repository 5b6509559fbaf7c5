import { prepareTools } from '../debian/tools.ts';
import { HarnessError } from '../process/errors/harness-error.ts';
import { type CommandResult, runCommand } from '../process/run-command.ts';
import type { KernelAnswer, KernelFeature } from './kernel-feature.ts';
import type { MachineProvider } from './machine.ts';

interface Question {
  /** The missing feature, and its consequence. */
  readonly lack: string;
  /** A command that succeeds on every machine. If it does, a later failure is due to the kernel. */
  readonly control: string;
  /** The operation that needs the feature, in a temporary network namespace. */
  readonly question: string;
  /** The machine's own tool prints this if it does not know the feature. */
  readonly dumb: RegExp;
}

const key = '0x000102030405060708090a0b0c0d0e0f10111213';

const questions: Readonly<Record<KernelFeature, Question>> = {
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
  netem: {
    lack: 'no netem, which delays and drops packets of a link',
    control: 'tc qdisc show dev lo',
    question: 'tc qdisc add dev lo root netem delay 1ms',
    dumb: /unknown qdisc|usage:|busybox/i,
  },
  nftables: {
    lack: 'no nftables for IPv4',
    control: 'iptables-nft --version',
    question: 'iptables-nft -w -A FORWARD -j ACCEPT',
    dumb: /couldn't load|unknown option/i,
  },
};

const asked = 'the control passed';

/** Returns the command that finds if a kernel has a feature. */
function trial(feature: KernelFeature): readonly [string, ...string[]] {
  const { control, question } = questions[feature];
  return ['unshare', '-n', 'sh', '-c', `exec 2>&1; ${control} && echo '${asked}' && ${question}`];
}

/**
 * Finds if a machine's kernel has a feature by using it. This works for built-in features, modules, and modules that
 * load at the first use, without a list of kernels. Leaves nothing.
 */
export async function tryKernel(
  provider: Pick<MachineProvider, 'run'>,
  machine: string,
  feature: KernelFeature,
): Promise<KernelAnswer> {
  const title = `${machine}: try the kernel feature ${feature}`;
  const options = { title, limit: 60_000, expect: 'any' } as const;
  return readKernelAnswer(machine, feature, await provider.run(machine, trial(feature), options));
}

/**
 * Finds if the kernel of this computer has a feature by using it in a temporary network namespace. Call it only if
 * the feature is needed: the kernel may load a module, as it does for the first user of the feature.
 */
export async function tryHostKernel(feature: KernelFeature): Promise<KernelAnswer> {
  const host = 'this computer';
  const known = answers.get(feature);
  if (known !== undefined) return await known;
  const [file, ...args] = trial(feature);
  const answer = (async () => {
    const { env } = await prepareTools();
    const title = `${host}: try the kernel feature ${feature}`;
    const result = await runCommand(file, args, { title, env, limit: 60_000, expect: 'any' });
    return readKernelAnswer(host, feature, result);
  })();
  answers.set(feature, answer);
  return await answer;
}

/** Answers of this process. They are not kept longer, because modules can be installed at any time. */
const answers = new Map<KernelFeature, Promise<KernelAnswer>>();

/** Interprets the result of these commands. If the test could not run, throws instead of returning an answer. */
export function readKernelAnswer(
  machine: string,
  feature: KernelFeature,
  { exitCode, stdout }: Pick<CommandResult, 'exitCode' | 'stdout'>,
): KernelAnswer {
  const { lack, question, dumb } = questions[feature];
  const [before = '', after] = stdout.split(`${asked}\n`);
  if (after !== undefined && exitCode === 0) return { can: true };
  const said = (after ?? before).trim();
  if (after === undefined || exitCode === 126 || exitCode === 127 || dumb.test(said)) {
    throw new HarnessError({
      code: 'command-failed',
      tried: `${machine}: try the kernel feature ${feature}`,
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
