import { z } from 'zod';
import { type Command, programs } from '../model/command.ts';
import { address, type Leaves, list, word } from './leaves.ts';
import { observedSchema } from './observed-schema.ts';

const tools = ['iptables-legacy', 'iptables-nft'] as const;

export function kernelSchema(leaves: Leaves) {
  const { text } = leaves;
  const link = linkSchema();
  const overlays = list(overlaySchema(link));
  const neighborTable = z.object({
    capacity: z.number(),
    refused: z.number(),
    boot: word,
    isSettable: z.boolean(),
  });
  const host = hostStateSchema(leaves);
  return z.object({
    overlays,
    unreadOverlays: list(z.object({ idPrefix: word, namespace: word, why: text })),
    later: overlays.optional(),
    neighborTable: z.object({ before: neighborTable, after: neighborTable.optional() }).optional(),
    engineThreads: z.object({ threads: z.number(), stuck: list(word) }).optional(),
    encryption: encryptionSchema(leaves).optional(),
    links: list(link),
    hostVxlans: list(z.object({ name: word, vni: z.number(), port: z.number() })).optional(),
    host: z.object({ before: host, after: host.optional() }).optional(),
    routes: list(route),
    firewall: observedSchema(list(firewallRuleSchema(leaves)), leaves),
    carrier: word.optional(),
    offload: observedSchema(z.record(word, z.boolean()), leaves),
    containers: list(
      z.object({
        containerId: word,
        links: list(link),
        routes: list(route),
        // Files of containers, which may contain anything.
        nameServers: list(text),
        hostsFile: list(z.object({ name: leaves.alias, address: text })),
      }),
    ),
    unreadContainers: list(z.object({ containerId: word, why: text })),
  });
}

const route = z.object({
  destination: address,
  device: word.optional(),
  gateway: address.optional(),
  source: address.optional(),
  mtu: z.number().optional(),
  table: word,
  protocol: word.optional(),
});

function linkSchema() {
  const counters = z.object({ packets: z.number(), dropped: z.number(), errors: z.number() });
  return z.object({
    name: word,
    kind: word,
    mac: address,
    mtu: z.number(),
    isUp: z.boolean(),
    addresses: list(address),
    received: counters,
    sent: counters,
  });
}

function overlaySchema(link: ReturnType<typeof linkSchema>) {
  const forwarding = z.object({
    mac: address,
    destination: address.optional(),
    port: z.number().optional(),
    vni: z.number().optional(),
    isPermanent: z.boolean(),
  });
  return z.object({
    idPrefix: word,
    namespace: word,
    vxlans: list(
      z.object({
        ...link.shape,
        vni: z.number(),
        port: z.number(),
        local: address.optional(),
        forwarding: list(forwarding),
      }),
    ),
    bridges: list(link),
    ports: list(link),
    neighbors: list(z.object({ address, device: word, mac: address.optional(), state: word })),
  });
}

function encryptionSchema(leaves: Leaves) {
  const tables = z.object({
    states: list(
      z.object({
        source: address,
        destination: address,
        spi: z.number(),
        keyDigest: word.optional(),
      }),
    ),
    policies: list(
      z.object({
        source: address,
        destination: address,
        port: z.number(),
        spi: z.number().optional(),
      }),
    ),
    rules: list(
      z.object({
        effect: z.enum(['mark', 'drop']),
        port: z.number(),
        vni: z.number().optional(),
        match: list(leaves.text),
      }),
    ),
  });
  const observed = observedSchema(tables, leaves);
  return z.object({ before: observed, after: observed });
}

function hostStateSchema({ text }: Leaves) {
  return z.object({
    forwards: z.boolean().optional(),
    connections: z
      .object({
        count: z.number(),
        capacity: z.number(),
        dropped: z.number(),
        notInserted: z.number().optional(),
      })
      .optional(),
    docker: z
      .object({
        backends: list(
          z.object({
            tool: z.enum(tools),
            forwardPolicy: word.optional(),
            chains: list(word),
            rules: list(z.object({ table: word, chain: word, words: list(text) })),
          }),
        ),
        usesNftables: z.boolean(),
        isUnmanaged: z.boolean(),
      })
      .optional(),
    certificate: z.object({ from: word, until: word }).optional(),
    configuresLiveRestore: z.boolean(),
  });
}

function firewallRuleSchema({ text }: Leaves) {
  return z.object({
    text,
    tool: z.enum([...tools, 'nft']),
    table: word,
    chain: word,
    hooks: list(z.enum(['ingress', 'prerouting', 'input', 'forward', 'output', 'postrouting'])),
    verdict: z.enum(['drop', 'reject', 'rewrite-source', 'rewrite-destination']),
    concerns: list(z.enum(['vxlan', 'gossip', 'management', 'esp', 'published'])),
    isExplicit: z.boolean(),
    ports: list(z.tuple([z.number(), z.number()])).optional(),
    source: word.optional(),
    isConditional: z.boolean().optional(),
    isPartial: z.boolean().optional(),
    packets: z.number().optional(),
    undo: undoSchema(text).optional(),
  });
}

/** The forms of a command that deletes one rule or opens one chain: a bundle cannot bring any other command. */
const undoForms: readonly RegExp[] = [
  /^(?:iptables(?:-legacy)?) -t \w+ -D \S+(?: .*)?$/s,
  /^(?:iptables(?:-legacy)?) -t \w+ -P \S+ ACCEPT$/,
  /^nft delete rule \w+ \S+ \S+ handle \d+$/,
  /^nft chain \w+ \S+ \S+ \{ policy accept ; \}$/,
];

function undoSchema(text: z.ZodType<string>): z.ZodType<Command> {
  return z
    .tuple([z.enum(programs)], text)
    .refine(
      (words) => undoForms.some((form) => form.test(words.join(' '))),
      'not a command that undoes a rule',
    );
}
