import { z } from 'zod';
import type { CallOptions, Connection } from '../connection.ts';
import { unlessStatus } from '../unless-status.ts';
import { createdAnswer, idOf } from './configs.ts';
import { type LabelledObject, labelledAnswer, printLabelled } from './labelled-objects.ts';
import { explainSwarm } from './swarm.ts';

/** The secrets of a swarm. Only the engine of a manager can create them, and none returns their content. */
export interface Secrets {
  /** Names consist of letters, digits, `-`, `_` and `.`. Returns the secret's ID. */
  create(
    name: string,
    content: string,
    options?: CallOptions & { readonly labels?: Readonly<Record<string, string>> },
  ): Promise<string>;
  /** Returns the secrets with a label. */
  labelled(label: string, options?: CallOptions): Promise<readonly LabelledObject[]>;
  /** Removes a secret; ignores an unknown one. */
  remove(nameOrId: string, options?: CallOptions): Promise<void>;
}

export function openSecrets(connection: Connection): Secrets {
  return {
    create: async (name, content, { labels = {}, ...options } = {}) =>
      await connection.call({
        ...options,
        title: `secret create ${name}`,
        answer: createdAnswer,
        ask: async (docker) => {
          const data = Buffer.from(content).toString('base64');
          return idOf(await docker.createSecret({ Name: name, Data: data, Labels: labels }));
        },
      }),
    labelled: async (label, options) =>
      await connection.call({
        ...options,
        title: `secret ls --filter label=${label}`,
        readOnly: true,
        answer: labelledAnswer,
        ask: (docker) => docker.listSecrets({ filters: { label: [label] } }),
        print: printLabelled,
        explain: explainSwarm,
      }),
    remove: async (nameOrId, options) => {
      await connection.call({
        ...options,
        title: `secret rm ${nameOrId}`,
        answer: z.unknown(),
        ask: (docker) => docker.getSecret(nameOrId).remove().catch(unlessStatus(404)),
        explain: explainSwarm,
      });
    },
  };
}
