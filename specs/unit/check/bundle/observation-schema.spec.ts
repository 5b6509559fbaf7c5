import { expect, test } from 'vitest';
import type { z } from 'zod';
import type { observationFields } from '../../../../helpers/check/bundle/observation-schema.ts';
import type { Observation } from '../../../../helpers/check/model/observation.ts';

type Primitive = string | number | boolean | undefined | null;
type ElementOf<T> = T extends readonly (infer Entry)[] ? Entry : never;
type ObjectIn<T> = T extends Primitive | readonly unknown[] ? never : T;
type KeyOf<T> = T extends unknown ? keyof T & string : never;
type At<T, K> = T extends unknown ? (K extends keyof T ? T[K] : never) : never;

/**
 * The paths at which two types differ. A missing value and an undefined one are the same here, and readonly does not
 * matter. The compiler's own comparison gives up at types that are nested as deeply as these.
 */
type Differences<A, B, Path extends string = ''> = unknown extends A
  ? unknown extends B
    ? never
    : Path
  : unknown extends B
    ? Path
    : PrimitiveDifferences<Extract<A, Primitive>, Extract<B, Primitive>, Path> | Deeper<A, B, Path>;

type PrimitiveDifferences<A, B, Path> = [A] extends [B] ? ([B] extends [A] ? never : Path) : Path;

type Deeper<A, B, Path extends string> =
  | ([ElementOf<A>] extends [never]
      ? [ElementOf<B>] extends [never]
        ? never
        : Path
      : Differences<ElementOf<A>, ElementOf<B>, `${Path}[]`>)
  | FieldDifferences<ObjectIn<A>, ObjectIn<B>, Path>;

type FieldDifferences<A, B, Path extends string> =
  | `${Path}.${Exclude<KeyOf<A>, KeyOf<B>> | Exclude<KeyOf<B>, KeyOf<A>>}`
  | {
      [K in KeyOf<A> & KeyOf<B>]: Differences<At<A, K>, At<B, K>, `${Path}.${K}`>;
    }[KeyOf<A> & KeyOf<B>];

type InSchema = z.output<ReturnType<typeof observationFields>>;

type Result = [Differences<Observation, InSchema>] extends [never]
  ? 'none'
  : Differences<Observation, InSchema>;

test('The schema of a bundle has every field of an observation, and no other', () => {
  // The compiler makes the comparison: it refuses this line, and names the fields that differ.
  const differences: Result = 'none';
  expect(differences).toBe('none');
});
