import type { FixOutcome } from '../../../check/fix/apply-fixes.ts';

/** Decides if the result is still to be printed: a terminal that showed it before the prompts needs it once only. */
export function isToBePrinted(
  { isShown }: Pick<FixOutcome, 'isShown'>,
  {
    json = false,
    isOneTerminal,
  }: { readonly json?: boolean | undefined; readonly isOneTerminal: boolean },
): boolean {
  return json || !isShown || !isOneTerminal;
}
