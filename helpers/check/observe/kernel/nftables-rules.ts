import { z } from 'zod';
import type { Command } from '../../model/command.ts';
import { parseJson } from '../../../process/text/parse-json.ts';
import type { FirewallRule } from '../../model/views/kernel-view.ts';
import { printExpression } from './print-nft.ts';
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

const chainSchema = z.looseObject({
  family: z.string(),
  table: z.string(),
  name: z.string(),
  hook: z.string().optional(),
  policy: z.string().optional(),
});

const expressionSchema = z.looseObject({
  match: z.looseObject({ op: z.string(), left: z.unknown(), right: z.unknown() }).optional(),
  counter: z.looseObject({ packets: z.number() }).optional(),
  jump: z.looseObject({ target: z.string() }).optional(),
  goto: z.looseObject({ target: z.string() }).optional(),
});

const ruleSchema = z.looseObject({
  family: z.string(),
  table: z.string(),
  chain: z.string(),
  handle: z.number(),
  expr: z.array(expressionSchema),
});

const rulesetSchema = z.looseObject({
  nftables: z.array(
    z.looseObject({
      chain: chainSchema.optional(),
      rule: ruleSchema.optional(),
    }),
  ),
});

type Chain = z.infer<typeof chainSchema>;
type Rule = z.infer<typeof ruleSchema>;
type Expression = z.infer<typeof expressionSchema>;

/**
 * Reads `nft -j list ruleset`: the rules that drop, reject or rewrite overlay traffic.
 *
 * @param own addresses of the host: a rule for other addresses does not match its packets
 * @param without tables that iptables already listed: `ip filter`
 */
export function readNftables(
  output: string,
  own: readonly string[],
  without: readonly string[],
  vxlanPort: number = USUAL_VXLAN_PORT,
): FirewallRule[] {
  const { nftables } = rulesetSchema.parse(parseJson(output));
  const isWanted = ({ family, table }: Pick<Chain, 'family' | 'table'>) =>
    ['ip', 'inet', 'netdev'].includes(family) && !without.includes(`${family} ${table}`);
  const chains = nftables.flatMap(({ chain }) => chain ?? []).filter(isWanted);
  const rules = nftables.flatMap(({ rule }) => rule ?? []).filter(isWanted);
  const hooks = new Map<string, Hook>();
  for (const chain of chains) {
    const hook = hookSchema.safeParse(chain.hook);
    if (hook.success) hooks.set(keyOf(chain, chain.name), hook.data);
  }
  const jumps = rules.flatMap((rule) =>
    rule.expr.flatMap(({ jump, goto }) => {
      const target = (jump ?? goto)?.target;
      if (target === undefined) return [];
      const isPlain = rule.expr.every((one) => one.match === undefined && !meetsSome(one));
      return [{ from: keyOf(rule, rule.chain), to: keyOf(rule, target), isPlain }];
    }),
  );
  const reached = findHooks(hooks, jumps);
  const reachedByAll = findHooks(
    hooks,
    jumps.filter(({ isPlain }) => isPlain),
  );
  return [
    ...chains.flatMap((chain) => readPolicy(chain, hooks.get(keyOf(chain, chain.name)), vxlanPort)),
    ...rules.flatMap((rule) =>
      readRule(rule, reached.get(keyOf(rule, rule.chain)), {
        own,
        vxlanPort,
        isReachedByAll: reachedByAll.has(keyOf(rule, rule.chain)),
      }),
    ),
  ];
}

function keyOf({ family, table }: Pick<Chain, 'family' | 'table'>, chain: string): string {
  return `${family} ${table} ${chain}`;
}

function readPolicy(
  { family, table, name, policy }: Chain,
  hook: Hook | undefined,
  vxlanPort: number,
): FirewallRule[] {
  if (policy !== 'drop' || hook === undefined) return [];
  const concerns = trafficOf({ protocol: undefined, ports: undefined }, [hook], vxlanPort);
  if (concerns.length === 0) return [];
  return [
    {
      tool: 'nft',
      table: `${family} ${table}`,
      chain: name,
      text: `chain ${family} ${table} ${name}: policy drop`,
      hooks: [hook],
      verdict: 'drop',
      concerns,
      isExplicit: false,
      packets: undefined,
      undo: commandOn([table, name], ['nft', 'chain', family, table, name, '{ policy accept ; }']),
    },
  ];
}

function readRule(
  { family, table, chain, handle, expr }: Rule,
  hooks: readonly Hook[] | undefined,
  {
    own,
    vxlanPort,
    isReachedByAll,
  }: {
    readonly own: readonly string[];
    readonly vxlanPort: number;
    readonly isReachedByAll: boolean;
  },
): FirewallRule[] {
  const verdict = expr.map(verdictOf).find((one) => one !== undefined);
  if (verdict === undefined || hooks === undefined) return [];
  const match = matchOf(expr);
  const concerns = trafficOf(match, hooks, vxlanPort);
  const packets = expr.find(({ counter }) => counter !== undefined)?.counter?.packets;
  if (!isOfInterest(concerns, packets)) return [];
  if (!meetsOwn(expr, hooks, own)) return [];
  return [
    {
      tool: 'nft',
      table: `${family} ${table}`,
      chain,
      text: `${family} ${table} ${chain}: ${expr.map(printExpression).join(' ')}`,
      hooks,
      verdict,
      concerns,
      isExplicit: match.ports !== undefined,
      ports: match.ports,
      source: expr.map(sourceOf).find((one) => one !== undefined),
      isConditional: !isReachedByAll || expr.some((one) => isCondition(one, hooks)),
      isPartial: expr.some(meetsSome),
      packets,
      undo: commandOn(
        [table, chain],
        ['nft', 'delete', 'rule', family, table, chain, 'handle', `${handle}`],
      ),
    },
  ];
}

/** An identifier as nft's own parser takes it. Netlink, and so other programs, take any name of up to 255 bytes. */
const identifier = /^[A-Za-z_.][\w./\\-]{0,254}$/;

/**
 * Returns the command, if nft accepts these names unchanged. It joins its arguments and parses the result: a name with a
 * space, a semicolon or a brace would be another command, even if quoted for the shell.
 */
function commandOn(names: readonly string[], command: Command): Command | undefined {
  return names.every((name) => identifier.test(name)) ? command : undefined;
}

function verdictOf(expression: Expression): FirewallRule['verdict'] | undefined {
  if ('drop' in expression) return 'drop';
  if ('reject' in expression) return 'reject';
  if ('snat' in expression || 'masquerade' in expression) return 'rewrite-source';
  return 'dnat' in expression || 'redirect' in expression ? 'rewrite-destination' : undefined;
}

const numgenSchema = z.looseObject({ numgen: z.unknown().refine((one) => one !== undefined) });

/**
 * Returns true if an expression lets a part of the packets through to the rest of its rule: `numgen random`, `limit rate`.
 */
function meetsSome(expression: Expression): boolean {
  return 'limit' in expression || numgenSchema.safeParse(expression.match?.left).success;
}

const payloadSchema = z.looseObject({
  payload: z.looseObject({ protocol: z.string(), field: z.string() }),
});
const metaSchema = z.looseObject({ meta: z.looseObject({ key: z.string() }) });
const numberSchema = z.union([
  z.number(),
  z.looseObject({ range: z.tuple([z.number(), z.number()]) }),
]);
const portsSchema = z.union([
  numberSchema.transform((one) => [one]),
  z.looseObject({ set: z.array(numberSchema) }).transform(({ set }) => set),
]);
const protocols: Readonly<Record<string, string>> = { 6: 'tcp', 17: 'udp', tcp: 'tcp', udp: 'udp' };

/** A negated match, or a named set, says too little: the rule matches anything. */
function matchOf(expressions: readonly Expression[]): RuleMatch {
  let protocol: string | undefined;
  let ports: RuleMatch['ports'];
  for (const { match } of expressions) {
    if (match?.op !== '==') continue;
    const field = payloadSchema.safeParse(match.left).data?.payload;
    const key = metaSchema.safeParse(match.left).data?.meta.key;
    if (key === 'l4proto' || field?.field === 'protocol') {
      protocol = typeof match.right === 'object' ? undefined : protocolOf(match.right);
    }
    if (field?.field !== 'dport') continue;
    if (field.protocol !== 'th') protocol = field.protocol;
    ports = portsSchema
      .safeParse(match.right)
      .data?.map((one) => (typeof one === 'number' ? ([one, one] as const) : one.range));
  }
  return { protocol, ports };
}

function protocolOf(value: unknown): string {
  return protocols[String(value)] ?? String(value);
}

const addressSchema = z.union([
  z.string(),
  z
    .looseObject({ prefix: z.looseObject({ addr: z.string(), len: z.number() }) })
    .transform(({ prefix: { addr, len } }) => `${addr}/${len}`),
]);

function sourceOf({ match }: Expression): string | undefined {
  const field = payloadSchema.safeParse(match?.left).data?.payload;
  if (field?.protocol !== 'ip' || field.field !== 'saddr' || match?.op !== '==') return undefined;
  return addressSchema.safeParse(match.right).data;
}

/** Every expression that is not known to be harmless is a condition. The destination of a forwarded packet is a container. */
function isCondition(expression: Expression, hooks: readonly Hook[]): boolean {
  const { match } = expression;
  if (match === undefined) return !('counter' in expression) && verdictOf(expression) === undefined;
  if (match.op !== '==') return true;
  if (sourceOf(expression) !== undefined) return false;
  const field = payloadSchema.safeParse(match.left).data?.payload.field;
  const key = metaSchema.safeParse(match.left).data?.meta.key;
  if (field === 'daddr') return hooks.includes('forward');
  if (field === 'dport') return !portsSchema.safeParse(match.right).success;
  return key !== 'l4proto' && field !== 'protocol';
}

/** Returns true if it matches packets that the host itself sends or receives, or that it forwards to a container. */
function meetsOwn(
  expressions: readonly Expression[],
  hooks: readonly Hook[],
  own: readonly string[],
): boolean {
  if (hooks.every((hook) => hook === 'forward')) return true;
  const isOutgoing = hooks.some((hook) => hook === 'output' || hook === 'postrouting');
  return expressions.every(({ match }) => {
    const field = payloadSchema.safeParse(match?.left).data?.payload.field;
    if (match === undefined || field !== (isOutgoing ? 'saddr' : 'daddr')) return true;
    const range = addressSchema.safeParse(match.right).data;
    if (range === undefined || range.startsWith('@')) return true;
    return own.some((address) => isWithin(address, range)) === (match.op === '==');
  });
}
