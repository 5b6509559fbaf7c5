import { z } from 'zod';
import { HarnessError } from '../../process/errors/harness-error.ts';
import { oneLine } from '../../process/text/one-line.ts';

/** The action in the error for an invalid answer of the manager. */
const READ_NODES = 'read the nodes of a classic Swarm';

const states = ['Healthy', 'Unhealthy', 'Pending', 'Disconnected'] as const;
export type SwarmNodeState = (typeof states)[number];

/** An engine of a classic Swarm, as the manager sees it. */
export interface SwarmNode {
  /** Its machine's hostname; undefined while the manager has not reached the engine. */
  readonly name: string | undefined;
  /** `192.168.99.101:2376` */
  readonly address: string;
  readonly state: SwarmNodeState;
  /** The error of the manager's last request to the engine. */
  readonly error: string | undefined;
  /** The engine's ID; undefined while the manager has not reached the engine. */
  readonly engineId: string | undefined;
  readonly engineVersion: string | undefined;
  /** The number of containers, running or not. */
  readonly containers: number;
  readonly labels: Readonly<Record<string, string>>;
}

const known = z.string().transform((text) => (text === '' ? undefined : text));

const details = z.object({
  Status: z.enum(states),
  // Releases before 1.2.4 write "(none)".
  Error: z
    .string()
    .optional()
    .transform((text) => (text === '(none)' ? undefined : text)),
  // The manager appends the address, because the ID does not distinguish engines with the same ID.
  ID: z.string().transform((text) => text.split('|', 1)[0] || undefined),
  ServerVersion: known,
  Containers: z.string().transform((text, context) => {
    const count = /^\d+/.exec(text)?.[0];
    if (count !== undefined) return Number(count);
    context.addIssue('not a number');
    return z.NEVER;
  }),
  Labels: z.string().transform(readLabels),
});

/**
 * Returns the nodes in the manager's `docker info`, in its order. The manager formats them as text: the number of
 * nodes, then the name and address of each node, followed by lines with its details.
 */
export function readSwarmNodes(
  systemStatus: readonly (readonly [name: string, value: string])[],
): SwarmNode[] {
  const start = systemStatus.findIndex(([name]) => name === 'Nodes');
  const listed: { name: string; address: string; lines: [string, string][] }[] = [];
  for (const [name, value] of systemStatus.slice(start + 1)) {
    const detail = /^\s+└ (.+)$/.exec(name)?.[1];
    if (detail === undefined) listed.push({ name: name.trim(), address: value, lines: [] });
    else listed.at(-1)?.lines.push([detail, value]);
  }
  const nodes = listed.map(({ name, address, lines }) => {
    const parsed = details.safeParse(Object.fromEntries(lines));
    if (!parsed.success) throw invalidStatus(`of ${name} ${z.prettifyError(parsed.error)}`);
    const { Status, Error, ID, ServerVersion, Containers, Labels } = parsed.data;
    return {
      name: name === '(unknown)' ? undefined : name,
      address,
      state: Status,
      error: Error,
      engineId: ID,
      engineVersion: ServerVersion,
      containers: Containers,
      labels: Labels,
    };
  });
  const count = systemStatus[start]?.[1];
  if (count === `${nodes.length}`) return nodes;
  throw invalidStatus(`it reports ${count ?? 'no'} nodes and lists ${nodes.length}`);
}

/** `kernelversion=6.1, operatingsystem=Debian GNU/Linux 13 (trixie), ostype=linux`; values may have commas. */
function readLabels(text: string): Record<string, string> {
  const labels = text.split(/, (?=[\w.-]+=)/).filter((label) => label !== '');
  return Object.fromEntries(
    labels.map((label) => {
      const at = label.indexOf('=');
      return [label.slice(0, at), label.slice(at + 1)];
    }),
  );
}

function invalidStatus(observed: string): HarnessError {
  return new HarnessError({
    code: 'engine-unsuitable',
    tried: READ_NODES,
    observed: oneLine(observed),
    hint: 'check that it is a manager of classic Swarm 1.2: docker info',
  });
}
