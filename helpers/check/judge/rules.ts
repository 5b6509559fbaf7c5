import type { Rule } from './rule.ts';

/** All rules, causes before consequences: a rule explains what the ones before it left open. */
export const rules: readonly Rule[] = [];
