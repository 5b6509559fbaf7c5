import { isTypable } from '../model/command.ts';
import type { Action, Diagnosis } from '../model/diagnosis.ts';
import { type Difference, ofKind } from '../model/difference.ts';
import type { Observation } from '../model/observation.ts';
import type { Rule } from './rule.ts';
import { rules } from './rules.ts';

/**
 * Explains differences by findings, causes before consequences. Differences that no rule explains are reported together
 * with all evidence: nothing is left out, and nothing counts twice.
 */
export function diagnoseDifferences(
  differences: readonly Difference[],
  observation: Observation,
  inOrder: readonly Rule[] = rules,
): readonly Diagnosis[] {
  const diagnoses: Diagnosis[] = [];
  let open = differences;
  for (const rule of inOrder) {
    if (open.length === 0) break;
    const found = rule.explain(open, observation);
    diagnoses.push(...found.map(withTypableAction));
    const explained = new Set(found.flatMap((one) => [...one.evidence, ...one.consequences]));
    open = open.filter((difference) => !explained.has(difference));
  }
  const all = open.length === 0 ? diagnoses : [...diagnoses, describeRest(open)];
  return all.map(withTrace);
}

/** Adds the command that traces a packet on a lost path, if nothing better is known to do. */
function withTrace(diagnosis: Diagnosis): Diagnosis {
  const { action, evidence, consequences } = diagnosis;
  const [path] = ofKind([...evidence, ...consequences], 'container-path-dead');
  const { container, towards } = path?.where ?? {};
  if (action !== undefined || container === undefined || towards === undefined) return diagnosis;
  const commands: Action['commands'] = [['overlay-e2e', 'trace', container, towards]];
  const effect = `Shows a packet from ${container} to ${towards} at every hop, up to the hop where it is lost. Add the options of this check.`;
  return withTypableAction({ ...diagnosis, action: { kind: 'next-step', commands, effect } });
}

/** Replaces a command with unprintable characters or a missing name by an instruction, so that it is not run by mistake. */
function withTypableAction(diagnosis: Diagnosis): Diagnosis {
  const { action } = diagnosis;
  if (action === undefined || isTypable(action.commands)) return diagnosis;
  const { host } = action;
  const effect =
    'The command contains characters that a terminal cannot show. Inspect the host itself.';
  return { ...diagnosis, action: { kind: 'next-step', host, commands: [], effect } };
}

function describeRest(open: readonly Difference[]): Diagnosis {
  const [first] = open;
  const more = open.length > 1 ? `, and ${open.length - 1} more` : '';
  return {
    code: 'unexplained',
    where: open.length === 1 && first !== undefined ? first.where : {},
    summary: `no known diagnosis explains: ${first?.text ?? ''}${more}`,
    evidence: open,
    consequences: [],
  };
}
