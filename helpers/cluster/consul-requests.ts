import { z } from 'zod';
import type { StoreEntry } from './key-value-store.ts';
import { askForJson, type AskStore, encodeKey, refusal } from './store-requests.ts';

const leaderAnswer = z.string().transform((address) => (address === '' ? undefined : address));

const entriesAnswer = z.array(z.object({ Key: z.string(), Value: z.base64().nullable() }));

export async function readLeader(ask: AskStore): Promise<string | undefined> {
  return leaderAnswer.parse(await askForJson(ask, ['GET', '/v1/status/leader']));
}

/** The entry of that key, or with `recurse` all whose keys begin so; folders are left out. */
export async function readEntries(
  ask: AskStore,
  key: string,
  { recurse = false } = {},
): Promise<StoreEntry[]> {
  const answer = await askForJson(ask, ['GET', `${keyPath(key)}${recurse ? '?recurse' : ''}`], {
    404: [],
  });
  return entriesAnswer
    .parse(answer)
    .filter(({ Key }) => !Key.endsWith('/'))
    .map(({ Key, Value }) => ({ key: Key, value: decode(Value) }));
}

export async function writeEntry(ask: AskStore, { key, value }: StoreEntry): Promise<void> {
  if ((await askForJson(ask, ['PUT', keyPath(key), value])) !== true) {
    throw refusal(`PUT ${keyPath(key)}`, 'Consul did not take it');
  }
}

export async function removeEntry(ask: AskStore, key: string): Promise<void> {
  await askForJson(ask, ['DELETE', keyPath(key)]);
}

function keyPath(key: string): string {
  return `/v1/kv/${encodeKey(key)}`;
}

function decode(value: string | null): string {
  return value === null ? '' : Buffer.from(value, 'base64').toString('utf8');
}
