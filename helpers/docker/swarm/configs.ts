import { z } from 'zod';
import type { CallOptions, Connection } from '../connection.ts';
import { unlessStatus } from '../unless-status.ts';

/** The configs of a swarm: small named files that the managers store. Only the engine of a manager knows them. */
export interface Configs {
  /** Names consist of letters, digits, `-`, `_` and `.`. Returns the config's ID. */
  create(name: string, content: string, options?: CallOptions): Promise<string>;
  /** Returns the content; undefined for an unknown name. */
  read(name: string, options?: CallOptions): Promise<string | undefined>;
  /** Removes a config; ignores an unknown one. */
  remove(nameOrId: string, options?: CallOptions): Promise<void>;
}

const configAnswer = z.array(
  z.looseObject({ ID: z.string(), Spec: z.looseObject({ Name: z.string(), Data: z.base64() }) }),
);

/** The client returns an object for the new config, with its ID as `id`. */
export const createdAnswer = z.looseObject({ ID: z.string() }).transform(({ ID }) => ID);

export function idOf(created: unknown): { readonly ID: unknown } {
  return { ID: Object(created)['id'] };
}

export function openConfigs(connection: Connection): Configs {
  const find = async (name: string, options?: CallOptions) => {
    const configs = await connection.call({
      ...options,
      title: `config ls --filter name=${name}`,
      readOnly: true,
      answer: configAnswer,
      ask: (docker) => docker.listConfigs({ filters: JSON.stringify({ name: [name] }) }),
      print: (found) => found.map(({ ID, Spec }) => `${ID}  ${Spec.Name}`).join('\n'),
    });
    // The filter also returns names with this prefix.
    return configs.find(({ Spec }) => Spec.Name === name);
  };
  return {
    create: async (name, content, options) =>
      await connection.call({
        ...options,
        title: `config create ${name}`,
        answer: createdAnswer,
        ask: async (docker) => {
          const data = Buffer.from(content).toString('base64');
          return idOf(await docker.createConfig({ Name: name, Data: data }));
        },
      }),
    read: async (name, options) => {
      const found = await find(name, options);
      return found === undefined ? undefined : Buffer.from(found.Spec.Data, 'base64').toString();
    },
    remove: async (nameOrId, options) => {
      await connection.call({
        ...options,
        title: `config rm ${nameOrId}`,
        answer: z.unknown(),
        ask: (docker) => docker.getConfig(nameOrId).remove().catch(unlessStatus(404)),
      });
    },
  };
}
