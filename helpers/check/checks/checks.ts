import type { Check } from '../check.ts';

/** All checks, in the order of their layers. */
export const checks: readonly Check[] = [];
