import type { CallOptions, Connection } from '../connection.ts';
import { createdAnswer, idOf } from './configs.ts';

/** The secrets of a swarm. Only the engine of a manager can create them, and none returns their content. */
export interface Secrets {
  /** Names consist of letters, digits, `-`, `_` and `.`. Returns the secret's ID. */
  create(name: string, content: string, options?: CallOptions): Promise<string>;
}

export function openSecrets(connection: Connection): Secrets {
  return {
    create: async (name, content, options) =>
      await connection.call({
        ...options,
        title: `secret create ${name}`,
        answer: createdAnswer,
        ask: async (docker) => {
          const data = Buffer.from(content).toString('base64');
          return idOf(await docker.createSecret({ Name: name, Data: data }));
        },
      }),
  };
}
