import { z } from 'zod';
import { type ErrorCode, errorCodes } from '../../process/errors/error-codes.ts';
import { missingBecause } from '../model/observed.ts';
import type { Leaves } from './leaves.ts';

const codes = Object.keys(errorCodes) as ErrorCode[];

export function missingSchema({ text }: Leaves) {
  return z.object({
    missing: text,
    because: z.enum(missingBecause),
    // A newer version may have further codes.
    error: z.enum(codes).optional().catch(undefined),
  });
}

/** Returns the schema of a part that was observed or not. */
export function observedSchema<T extends z.ZodType>(value: T, leaves: Leaves) {
  return z.union([z.object({ value }), missingSchema(leaves)]);
}
