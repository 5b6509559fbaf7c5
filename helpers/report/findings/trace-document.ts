import { z } from 'zod';
import {
  entryKinds,
  packetKinds,
  placeKinds,
  tracedProtocols,
  traceOutcomes,
  type TraceReport,
} from '../../check/model/trace.ts';
import { hops } from '../../check/model/views/paths-view.ts';

/** Increased with each change of the document's shape. */
const traceVersion = 1;

const port = z.int().min(0).max(65_535);

const place = z
  .object({
    host: z.string(),
    kind: z.enum(placeKinds),
    name: z.string().describe('The name of the container or network; for host, of the host.'),
    networkId: z.string().optional(),
  })
  .meta({ id: 'place', description: 'A network namespace of a host.' });

const entry = z
  .object({
    kind: z.enum(entryKinds),
    text: z.string().describe('The entry as programs show it, or the missing entry in words.'),
    wrong: z.string().optional().describe('The reason why it is wrong; absent without a problem.'),
  })
  .meta({ id: 'entry', description: 'An entry of a kernel’s tables that decides the path.' });

const hop = z
  .object({
    part: z.enum(['request', 'reply']),
    place,
    device: z.string().describe('The device; "input" if the firewall of the namespace let it in.'),
    direction: z.enum(['in', 'out']),
    kind: z.enum(packetKinds),
    source: z.string(),
    sourcePort: port.optional(),
    destination: z.string(),
    destinationPort: port.optional(),
    outer: z
      .object({
        source: z.string(),
        destination: z.string(),
        vni: z.int(),
        toMac: z.string(),
        fromMac: z.string(),
      })
      .optional()
      .describe('The addresses outside of VXLAN, its number, and the MAC addresses inside.'),
    spi: z.int().optional().describe('The security association of an encrypted packet.'),
    hop: z
      .enum(hops)
      .optional()
      .describe('The same hop in findings of check: the field hop of lastSeen.'),
    entries: z.array(entry).describe('The entries that send the packet onward.'),
    changes: z.array(z.string()).describe('The changes since the hop before, in words.'),
  })
  .meta({ id: 'hop', description: 'The packet on one device of one namespace.' });

const end = z
  .object({
    name: z.string().describe('The name on the command line; "here" for this computer.'),
    host: z.string().optional(),
    container: z.string().optional(),
    service: z.string().optional(),
    address: z.string(),
  })
  .meta({ id: 'end' });

const traceDocument = z.object({
  version: z.literal(traceVersion).describe('Increased with each change of this shape.'),
  target: z.string().describe('The name of the cluster, for people.'),
  startedAt: z.iso.datetime().describe('UTC.'),
  milliseconds: z.number(),
  from: end,
  to: end,
  protocol: z.enum(tracedProtocols),
  port: port.describe('0 for ICMP.'),
  network: z.string().optional().describe('The overlay network.'),
  isEncrypted: z.boolean().describe('Whether the network is encrypted.'),
  server: z
    .object({ host: z.string(), container: z.string() })
    .optional()
    .describe('The container that got the request.'),
  hops: z.array(hop).describe('In order: the request, then the reply.'),
  outcome: z
    .enum(traceOutcomes)
    .describe(
      'answered: the reply came back. refused: an error came back. arrived: only the request reached its destination. lost: it did not.',
    ),
  error: z.string().optional().describe('The error of the sender’s kernel, such as ECONNREFUSED.'),
  roundTrip: z.number().optional().describe('Milliseconds.'),
  summary: z.string().describe('The end of the trace in one sentence.'),
  cause: entry.optional().describe('The entry that stops the packet, if it is known.'),
  unobserved: z.array(z.string()).describe('Namespaces and hosts that were not observed.'),
});

export type TraceDocument = z.infer<typeof traceDocument>;

/** Converts a trace into a document that docs/trace.schema.json describes. */
export function traceToJson(report: TraceReport): TraceDocument {
  // As a reader parses it: without undefined values.
  return traceDocument.parse(JSON.parse(JSON.stringify({ version: traceVersion, ...report })));
}

/** The JSON Schema of the document. */
export function traceSchema(): object {
  return z.toJSONSchema(traceDocument);
}
