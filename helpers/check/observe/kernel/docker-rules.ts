import type { DockerRule, DockerRules } from '../../model/views/host-state.ts';

/** The most rules of one backend that are kept: a host may have thousands, but Docker has few in the kernel's chains. */
const MOST = 500;

const KERNEL_CHAINS: ReadonlySet<string> = new Set([
  'PREROUTING',
  'INPUT',
  'FORWARD',
  'OUTPUT',
  'POSTROUTING',
]);

const OWN_CHAIN = /^DOCKER(-[A-Z0-9-]+)?$/;
const OWN_DEVICE = /^(docker0|docker_gwbridge|br-[\da-f]{12})$/;

/** Reads Docker's own rules in the output of `iptables-save -c`. */
export function readDockerRules(tool: DockerRules['tool'], output: string): DockerRules {
  const chains: string[] = [];
  const rules: DockerRule[] = [];
  let forwardPolicy: string | undefined;
  let table = '';
  for (const line of output.split('\n')) {
    const [, section] = /^\*(\w+)$/.exec(line) ?? [];
    table = section ?? table;
    const [, name = '', policy = ''] = /^:(\S+) (\S+)/.exec(line) ?? [];
    if (table === 'filter' && name === 'FORWARD') forwardPolicy = policy;
    if (OWN_CHAIN.test(name) && chains.length < MOST) chains.push(`${table} ${name}`);
    const [, chain = '', rest = ''] = /^(?:\[\d+:\d+\] )?-A (\S+) (.*)$/.exec(line) ?? [];
    const words = rest.split(' ').filter((word) => word !== '');
    if (KERNEL_CHAINS.has(chain) && isOwn(words) && rules.length < MOST)
      rules.push({ table, chain, words });
  }
  return { tool, forwardPolicy, chains, rules };
}

/** Returns true for a rule that leads to a chain of Docker, concerns one of its bridges or rewrites the source of a subnet. */
function isOwn(words: readonly string[]): boolean {
  return words.some(
    (word) => OWN_CHAIN.test(word) || OWN_DEVICE.test(word) || word === 'MASQUERADE',
  );
}
