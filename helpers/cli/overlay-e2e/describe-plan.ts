import type { NextStep } from '../../report/run/next-steps.ts';
import { nextLines } from '../../report/run/next-steps.ts';
import type { ConvergencePlan } from '../../topology/converge/converge.ts';
import type { Change } from '../../topology/reuse/change.ts';
import { table } from './table.ts';

/** Describes the changes of a convergence for people, with the command that makes them. */
export function describePlan({ topology, isUp, changes }: ConvergencePlan, next: NextStep): string {
  if (changes.length === 0) return `${topology} is up to date: nothing to change`;
  const count = changes.length === 1 ? '1 change' : `${changes.length} changes`;
  const head = isUp ? `${topology} has ${count}` : `${topology} is not up; ${count}`;
  return [`${head}:`, ...describeChanges(changes), ...nextLines([next])].join('\n');
}

/** Describes changes, one in each line. */
export function describeChanges(changes: readonly Change[]): string[] {
  return table(
    changes.map(({ action, kind, name, host, reason, inPlace }) => [
      // An object that is not changed in place is a new one afterward.
      action === 'change' && inPlace !== true ? 'replace' : action,
      kind,
      host === undefined ? name : `${name} on ${host}`,
      reason,
    ]),
  );
}
