import { z } from 'zod';
import { dockerId } from '../../process/text/reported-values.ts';

/** A service or a secret that was found by a label. */
export interface LabelledObject {
  readonly id: string;
  readonly name: string;
  /** ISO 8601, by the clock of a manager. */
  readonly createdAt: string;
  readonly labels: Readonly<Record<string, string>>;
}

export const labelledAnswer = z.array(
  z
    .looseObject({
      ID: dockerId,
      CreatedAt: z.string().default(''),
      Spec: z.looseObject({
        Name: z.string(),
        Labels: z.record(z.string(), z.string()).nullish(),
      }),
    })
    .transform(
      ({ ID, CreatedAt, Spec }): LabelledObject => ({
        id: ID,
        name: Spec.Name,
        createdAt: CreatedAt,
        labels: Spec.Labels ?? {},
      }),
    ),
);

export function printLabelled(objects: readonly LabelledObject[]): string {
  return objects.map(({ id, name }) => `${id}  ${name}`).join('\n');
}
