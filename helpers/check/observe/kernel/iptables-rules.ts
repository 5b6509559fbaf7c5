import type { FirewallRule } from '../../model/views/kernel-view.ts';
import {
  findHooks,
  type Hook,
  hookSchema,
  isOfInterest,
  isWithin,
  type RuleMatch,
  trafficOf,
} from './rule-match.ts';
import { USUAL_VXLAN_PORT } from '../../model/views/kernel-view.ts';

type Tool = 'iptables-legacy' | 'iptables-nft';

interface Chain {
  readonly name: string;
  readonly policy: string;
  readonly packets: number;
}

interface Line {
  readonly chain: string;
  readonly packets: number;
  readonly words: readonly string[];
}

/**
 * Reads `iptables-save -c`: the rules that drop, reject or rewrite overlay traffic.
 *
 * @param own addresses of the host: a rule for other addresses does not match its packets
 */
export function readIptables(
  tool: Tool,
  output: string,
  own: readonly string[],
  vxlanPort: number = USUAL_VXLAN_PORT,
): FirewallRule[] {
  return output.split(/^\*/m).flatMap((section) => {
    const [table = '', ...lines] = section.split('\n');
    return /^\w+$/.test(table) ? readTable(tool, table, lines, { own, vxlanPort }) : [];
  });
}

function readTable(
  tool: Tool,
  table: string,
  text: readonly string[],
  { own, vxlanPort }: { readonly own: readonly string[]; readonly vxlanPort: number },
): FirewallRule[] {
  const chains = text.flatMap((line): Chain[] => {
    const [, name = '', policy = '', packets = '0'] = /^:(\S+) (\S+) \[(\d+):/.exec(line) ?? [];
    return name === '' ? [] : [{ name, policy, packets: Number(packets) }];
  });
  const lines = text.flatMap((line): Line[] => {
    const [, packets = '0', chain = '', rest = ''] =
      /^\[(\d+):\d+\] -A (\S+)(?: (.*))?$/.exec(line) ?? [];
    return chain === '' ? [] : [{ chain, packets: Number(packets), words: splitWords(rest) }];
  });
  const hooks = new Map<string, Hook>();
  for (const { name } of chains) {
    const hook = hookSchema.safeParse(name.toLowerCase());
    if (hook.success) hooks.set(name, hook.data);
  }
  const jumps = lines.flatMap(({ chain, words }) => {
    const to = wordAfter(words, '-j') ?? wordAfter(words, '-g');
    const isPlain = !hasOthers(words, ['-j', '-g', '--comment'], ['comment']);
    return to === undefined ? [] : [{ from: chain, to, isPlain }];
  });
  const reached = findHooks(hooks, jumps);
  const reachedByAll = findHooks(
    hooks,
    jumps.filter(({ isPlain }) => isPlain),
  );
  const program = tool === 'iptables-legacy' ? 'iptables-legacy' : 'iptables';
  const shared = { tool, table };
  return [
    ...chains.flatMap(({ name, policy, packets }): FirewallRule[] => {
      const hook = hooks.get(name);
      if (policy !== 'DROP' || hook === undefined) return [];
      const concerns = trafficOf({ protocol: undefined, ports: undefined }, [hook], vxlanPort);
      if (concerns.length === 0) return [];
      return [
        {
          ...shared,
          text: `-P ${name} DROP`,
          chain: name,
          hooks: [hook],
          verdict: 'drop',
          concerns,
          isExplicit: false,
          packets,
          undo: [program, '-t', table, '-P', name, 'ACCEPT'],
        },
      ];
    }),
    ...lines.flatMap(({ chain, packets, words }): FirewallRule[] => {
      const verdict = verdictOf(words);
      const itsHooks = reached.get(chain);
      if (verdict === undefined || itsHooks === undefined) return [];
      const match = matchOf(words);
      const concerns = trafficOf(match, itsHooks, vxlanPort);
      if (!isOfInterest(concerns, packets)) return [];
      if (!meetsOwn(words, itsHooks, own)) return [];
      return [
        {
          ...shared,
          text: ['-A', chain, ...words].join(' '),
          chain,
          hooks: itsHooks,
          verdict,
          concerns,
          isExplicit: match.ports !== undefined,
          ports: match.ports,
          source: isNegated(words, '-s') ? undefined : wordAfter(words, '-s'),
          isConditional: !reachedByAll.has(chain) || isConditional(words, itsHooks),
          isPartial: partialMatches.some((name) => hasMatch(words, name)),
          packets,
          undo: [program, '-t', table, '-D', chain, ...words],
        },
      ];
    }),
  ];
}

/** Splits words at spaces; a comment is in double quotes, with backslashes before quotes. */
export function splitWords(text: string): string[] {
  return [...text.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)].map(([, quoted, plain = '']) =>
    quoted === undefined ? plain : quoted.replaceAll(/\\(.)/g, '$1'),
  );
}

/** Returns the word after the first of these options. */
export function wordAfter(
  words: readonly string[],
  ...options: readonly string[]
): string | undefined {
  const at = words.findIndex((word) => options.includes(word));
  return at === -1 ? undefined : words[at + 1];
}

function isNegated(words: readonly string[], option: string): boolean {
  const at = words.indexOf(option);
  return at > 0 && words[at - 1] === '!';
}

const verdicts: Readonly<Record<string, FirewallRule['verdict']>> = {
  DROP: 'drop',
  REJECT: 'reject',
  SNAT: 'rewrite-source',
  MASQUERADE: 'rewrite-source',
  DNAT: 'rewrite-destination',
  REDIRECT: 'rewrite-destination',
};

function verdictOf(words: readonly string[]): FirewallRule['verdict'] | undefined {
  return verdicts[wordAfter(words, '-j') ?? ''];
}

/** Extensions that match a part of the packets only. */
const partialMatches = ['statistic', 'limit', 'hashlimit'];

function hasMatch(words: readonly string[], name: string): boolean {
  return words.some((word, at) => word === '-m' && words[at + 1] === name);
}

/** Options whose match {@link RuleMatch} and the source address describe, or that match nothing. */
const described = ['-p', '--dport', '--dports', '-s', '-j', '--reject-with', '--comment'];

/** Every option that is not known to be harmless is a condition. The destination of a forwarded packet is a container. */
function isConditional(words: readonly string[], hooks: readonly Hook[]): boolean {
  const options = hooks.includes('forward') ? described : [...described, '-d'];
  return hasOthers(words, options, ['tcp', 'udp', 'multiport', 'comment']);
}

/** Returns true if a rule has options or extensions that are not among these, each with one value. */
function hasOthers(
  words: readonly string[],
  options: readonly string[],
  extensions: readonly string[],
): boolean {
  return words.some(
    (word, at) =>
      at % 2 === 0 &&
      !options.includes(word) &&
      !(word === '-m' && extensions.includes(words[at + 1] ?? '')),
  );
}

/** A negated match says too little: the rule matches anything. */
function matchOf(words: readonly string[]): RuleMatch {
  const protocol = isNegated(words, '-p') ? undefined : wordAfter(words, '-p');
  const option = ['--dport', '--dports', '--ports'].find((one) => words.includes(one));
  const list =
    option === undefined || isNegated(words, option) ? undefined : wordAfter(words, option);
  return {
    protocol: protocol === 'all' ? undefined : protocol,
    ports: list?.split(',').map((range) => {
      const [first = '', last = first] = range.split(':');
      return [Number(first || 0), Number(last || 65535)] as const;
    }),
  };
}

/** Returns true if it matches packets that the host itself sends or receives, or that it forwards to a container. */
function meetsOwn(
  words: readonly string[],
  hooks: readonly Hook[],
  own: readonly string[],
): boolean {
  if (hooks.every((hook) => hook === 'forward')) return true;
  const isOutgoing = hooks.some((hook) => hook === 'output' || hook === 'postrouting');
  const option = isOutgoing ? '-s' : '-d';
  const range = wordAfter(words, option);
  if (range === undefined) return true;
  return own.some((address) => isWithin(address, range)) !== isNegated(words, option);
}
