import { vxlanPortOf } from '../../check/derive/vxlan-port.ts';
import type { MissingBecause } from '../../check/model/observed.ts';
import { valueOf } from '../../check/model/observed.ts';
import type { AuditReport } from '../../check/model/report.ts';
import { countOf } from './count-of.ts';
import { headlineOf } from './headline.ts';
import { notExamined } from './not-examined.ts';
import { matrixOf } from './path-matrix.ts';
import { placeInWords } from '../../check/model/difference.ts';
import { renderDiagnosis } from './render-diagnosis.ts';
import { renderLooks } from './render-looks.ts';
import { renderMatrix } from './render-matrix.ts';
import { painter, type TextLayout, wrapText } from './text-layout.ts';

/**
 * Renders a report for people: a summary, hosts × hosts by protocol, each finding with evidence and fix, skipped
 * comparisons with reasons, and the examined objects. Without a trailing newline.
 */
export function renderVerdict(report: AuditReport, layout: TextLayout): string {
  const { diagnoses, observation } = report;
  const paths = valueOf(observation.paths);
  const hosts = observation.hosts.map(({ name }) => name);
  const sections = [
    renderHeadline(report, layout),
    paths === undefined
      ? []
      : renderMatrix(matrixOf(paths, hosts), layout, vxlanPortOf(observation)),
    ...diagnoses.map((one, index) => renderDiagnosis(one, index + 1, layout)),
    renderNotes(report, layout),
    renderNotExamined(report, layout),
    renderSkipped(report, layout),
    renderNotRemoved(observation.notRemoved, layout),
    renderLooks(report, layout),
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}

function renderHeadline(report: AuditReport, layout: TextLayout): string[] {
  const { verdict, diagnoses, comparisons, milliseconds } = report;
  const paint = painter(layout);
  const color = ({ healthy: 'green', defects: 'red', incomplete: 'yellow' } as const)[verdict];
  const counts = (['passed', 'failed', 'skipped'] as const)
    .map((state) => [comparisons.filter((one) => one.state === state).length, state] as const)
    .filter(([count]) => count > 0)
    .map(([count, state]) => `${count} ${state}`);
  const seconds = (milliseconds / 1000).toFixed(1);
  const widest = Math.max(0, ...diagnoses.map(({ code }) => code.length));
  return [
    ...wrapText(headlineOf(report), layout, '', 0).map((line) => paint('bold', paint(color, line))),
    ...diagnoses.flatMap(({ code, where }, index) =>
      wrapText(
        placeInWords(where),
        layout,
        `${String(index + 1).padStart(2)}  ${code}`,
        widest + 6,
      ),
    ),
    paint(
      'dim',
      `${countOf(comparisons.length, 'comparison')}: ${counts.join(', ')} · ${seconds} s`,
    ),
  ];
}

function renderNotes({ notes }: AuditReport, layout: TextLayout): string[] {
  if (notes.length === 0) return [];
  return ['Notes:', ...notes.flatMap((one) => wrapText(one, layout, '', 2))];
}

/** Members of the cluster that were not examined, and features that no comparison supports. */
function renderNotExamined({ coverage }: AuditReport, layout: TextLayout): string[] {
  const lines = notExamined(coverage);
  if (lines.length === 0) return [];
  const paint = painter(layout);
  return [
    paint('yellow', 'Not examined:'),
    ...lines.flatMap((one) => wrapText(one, layout, '', 2)),
  ];
}

const whySkipped: Readonly<Record<MissingBecause, string>> = {
  failed: 'Could not run',
  'not-requested': 'Not requested',
  'not-applicable': 'Not applicable',
};

/** Renders skipped comparisons, once for each reason, first comparisons that make the result incomplete. */
function renderSkipped({ comparisons }: AuditReport, layout: TextLayout): string[] {
  const reasons = new Map<string, { reason: string; because: MissingBecause; names: string[] }>();
  for (const one of comparisons) {
    if (one.state !== 'skipped') continue;
    const { reason, because, name } = one;
    const known = reasons.get(`${because} ${reason}`);
    if (known === undefined)
      reasons.set(`${because} ${reason}`, { reason, because, names: [name] });
    else known.names.push(name);
  }
  return (Object.keys(whySkipped) as MissingBecause[]).flatMap((because) => {
    const own = [...reasons.values()].filter((one) => one.because === because);
    if (own.length === 0) return [];
    const paint = painter(layout);
    if (because === 'not-applicable') {
      // The reason is obvious from the cluster; the JSON document has it.
      const names = own.flatMap((one) => one.names).join(', ');
      return wrapText(`${whySkipped[because]}: ${names}`, layout, '', 0).map((line) =>
        paint('dim', line),
      );
    }
    const lines = own.flatMap(({ reason, names }) =>
      wrapText(`${reason}: ${names.join(', ')}`, layout, '', 2),
    );
    return because === 'failed'
      ? [paint('yellow', `${whySkipped[because]}:`), ...lines]
      : [`${whySkipped[because]}:`, ...lines].map((line) => paint('dim', line));
  });
}

function renderNotRemoved(notRemoved: readonly string[], layout: TextLayout): string[] {
  if (notRemoved.length === 0) return [];
  const paint = painter(layout);
  return [
    paint('yellow', 'The check could not remove:'),
    ...notRemoved.flatMap((one) => wrapText(one, layout, '', 2)),
  ];
}
