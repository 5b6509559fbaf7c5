import { randomInt } from 'node:crypto';
import type { AgentClient, ProbeOptions } from './agent-client.ts';
import { readNameAnswer, writeNameQuery } from './dns-message.ts';
import { exchange } from './exchange.ts';
import type { Namespace } from './namespace.ts';

/** The answer of a DNS server, or the reason why it is missing. */
export type NameResult =
  | {
      /** `NOERROR`, `NXDOMAIN`, `SERVFAIL`, … */
      readonly code: string;
      /** IPv4, in the order in which they came. */
      readonly addresses: readonly string[];
    }
  | {
      /** `ETIMEDOUT`, `ECONNREFUSED`, …; `EBADMSG` for an invalid answer. */
      readonly error: string;
    };

/** Queries a name server once for the addresses of a name, as a program in that namespace would. */
export async function resolveName(
  client: AgentClient,
  namespace: Namespace,
  server: string,
  name: string,
  options?: ProbeOptions,
): Promise<NameResult> {
  const id = randomInt(0x10000);
  const port = { protocol: 'udp', address: server, port: 53 } as const;
  const query = writeNameQuery(id, name);
  const { answer, error } = await exchange(client, namespace, port, query, options);
  if (error !== undefined) return { error };
  return readNameAnswer(id, answer) ?? { error: 'EBADMSG' };
}
