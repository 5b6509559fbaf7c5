import { pageOf } from '../../check/model/codes.ts';
import { lineOf } from '../../check/model/command.ts';
import { type Diagnosis, needsRoot, type Action } from '../../check/model/diagnosis.ts';
import { type Difference, placeInWords } from '../../check/model/difference.ts';
import { painter, type TextLayout, wrapText } from './text-layout.ts';
import { valueInWords } from './value-in-words.ts';

/** Evidence and consequences that a terminal shows; the JSON document has all. */
const evidenceShown = 3;
const consequencesShown = 3;

const indent = 4;
const labelled = indent + 10;

/** Renders a finding: code and location, summary, evidence, consequences, fix. */
export function renderDiagnosis(
  diagnosis: Diagnosis,
  number: number,
  layout: TextLayout,
): string[] {
  const { code, where, summary, evidence, consequences, action } = diagnosis;
  const paint = painter(layout);
  const head = `${String(number).padStart(2)}  `;
  const [title = '', ...rest] = wrapText(`${code} · ${placeInWords(where)}`, layout, head, indent);
  return [
    title.replace(code, paint('bold', paint('red', code))),
    ...rest,
    ...wrapText(summary, layout, '', indent),
    ...renderEvidence(evidence.slice(0, evidenceShown), summary, layout),
    ...renderMore(evidence.length - evidenceShown, layout),
    ...renderConsequences(consequences, layout),
    ...renderAction(action, layout),
    ...renderField('see', (layout.placeOfPage ?? String)(pageOf(code)), layout),
  ];
}

/** Renders the first difference in detail, and one line for each of the others. */
function renderEvidence(
  [first, ...others]: readonly Difference[],
  summary: string,
  layout: TextLayout,
): string[] {
  if (first === undefined) return [];
  const { text, expected, observed } = first;
  return [
    ...(summary.includes(text) ? [] : renderField('evidence', text, layout)),
    ...renderField('expected', valueInWords(expected), layout),
    ...renderField('observed', valueInWords(observed), layout),
    ...others.flatMap((one) => renderField('also', one.text, layout)),
  ];
}

function renderConsequences(consequences: readonly Difference[], layout: TextLayout): string[] {
  const shown = consequences.slice(0, consequencesShown);
  return [
    ...shown.flatMap(({ text }, index) => renderField(index === 0 ? 'causes' : '', text, layout)),
    ...renderMore(consequences.length - shown.length, layout),
  ];
}

function renderMore(count: number, layout: TextLayout): string[] {
  return count <= 0 ? [] : renderField('', `and ${count} more; --json lists all`, layout);
}

function renderAction(action: Action | undefined, layout: TextLayout): string[] {
  if (action === undefined) return [];
  const { kind, commands, host, effect } = action;
  const root = needsRoot(action) ? ', as root' : '';
  const where = host === undefined ? '' : `on ${host}${root}: `;
  const label = kind === 'fix' ? 'fix' : 'next step';
  return [
    ...renderField(label, `${where}${effect}`, layout),
    // Neither wrapped nor cut, so that it can be copied.
    ...(commands.length === 0
      ? []
      : [`${' '.repeat(indent)}${painter(layout)('bold', lineOf(commands))}`]),
  ];
}

function renderField(label: string, text: string, layout: TextLayout): string[] {
  const head = `${' '.repeat(indent)}${label}`.padEnd(labelled);
  return wrapText(text, layout, painter(layout)('dim', head), labelled);
}
