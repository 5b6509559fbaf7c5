import { printable } from '../../process/text/printable.ts';
import { countOf } from '../text/count-of.ts';
import { placeInWords } from '../../check/model/difference.ts';
import { painter, type TextLayout, wrapText } from '../text/text-layout.ts';
import type { Cause, Causes, Finding } from '../overview/causes.ts';

/** Causes that the end of a run shows; the report has all. */
const shownCauses = 4;
const indent = 2;

/**
 * The causes of a run's failures, each once: code, place, fix command.
 *
 * @param failed how many tests failed
 */
export function causeLines(
  { causes, unexplained }: Causes,
  failed: number,
  layout: TextLayout,
): string[] {
  const more = causes.length - shownCauses;
  return [
    ...causes.slice(0, shownCauses).flatMap((one) => renderCause(one, failed, layout)),
    ...(more > 0 ? [`and ${countOf(more, 'more cause')}, in the report`] : []),
    ...(unexplained === 0
      ? []
      : [
          `${unexplained} of ${countOf(failed, 'failure')} without a cause: the check of the cluster found nothing`,
        ]),
  ];
}

function renderCause(
  { finding, topology, failures }: Cause,
  failed: number,
  layout: TextLayout,
): string[] {
  const { code, where, summary, page, action } = finding;
  const paint = painter(layout);
  const of = topology === undefined ? '' : `, topology ${topology}`;
  // Text from outside is escaped where it is wrapped: the label gets its style after that.
  const labelled = (style: 'bold' | 'dim', label: string, text: string) =>
    wrapText(`${label} ${text}`, layout, '', indent).map((line, index) =>
      index === 0 ? line.replace(label, paint(style, label)) : line,
    );
  const field = (label: string, text: string) => labelled('dim', label, text);
  return [
    ...labelled('bold', 'Cause:', `${code}: ${summary}`).map((line, index) =>
      index === 0 ? line.trimStart() : line,
    ),
    ...field(
      'at:',
      `${placeInWords(where)}${of}; found after ${failures} of ${countOf(failed, 'failure')}`,
    ),
    ...renderAction(action, field, paint),
    ...field('more:', page),
  ];
}

function renderAction(
  action: Finding['action'],
  field: (label: string, text: string) => string[],
  paint: ReturnType<typeof painter>,
): string[] {
  if (action === undefined) return [];
  const { kind, host, asRoot, effect, command = '' } = action;
  const where = host === undefined ? '' : `on ${host}${asRoot ? ', as root' : ''}: `;
  return [
    ...field(kind === 'fix' ? 'fix:' : 'next step:', `${where}${effect}`),
    // Neither wrapped nor cut: it is there to be copied.
    ...command
      .split('\n')
      .flatMap((line) => (line === '' ? [] : [`    ${paint('bold', printable(line))}`])),
  ];
}
