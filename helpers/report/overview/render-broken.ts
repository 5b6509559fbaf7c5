import { type DiagnosisCode, diagnosisTitles, pageOf } from '../../check/codes.ts';
import { element, escapeXml } from '../audit/xml.ts';
import { countOf } from '../audit/count-of.ts';
import { pageUrl } from '../page-url.ts';
import { dayAndTime, linkTo, linkToResult, list, section } from './parts.ts';
import { isBad, type Run, type RunResult } from './run.ts';
import { failingSince } from './what-changed.ts';

/** What is broken: defects of clusters with what they mean, then what failed otherwise, each with the specs that say so. */
export function renderBroken({ results }: Run): string {
  const bad = results.filter(({ status }) => isBad(status));
  const groups = Map.groupBy(bad, groupOf);
  return [...groups]
    .toSorted(([one], [other]) => rankOf(one) - rankOf(other))
    .map(([, members]) => renderGroup(members))
    .join('');
}

const defects = 'defects';

/** Failures with the same defects of the same topology are one thing; others are by their category. */
function groupOf({ defects: found, topology = '', category = '' }: RunResult): string {
  if (found.length === 0) return category;
  return [defects, topology, ...new Set(found.map(({ code }) => code))].join(':');
}

function rankOf(key: string): number {
  return key.startsWith(`${defects}:`) ? 0 : 1;
}

function renderGroup(members: readonly RunResult[]): string {
  const [first] = members;
  if (first === undefined) return '';
  const { topology, category, defects: found } = first;
  const items = list(members.map(renderMember));
  if (found.length === 0) {
    return section(`✖ ${category ?? 'Something else is wrong'}`, items, 'broken');
  }
  const codes = Map.groupBy(
    members.flatMap((one) => one.defects),
    ({ code }) => code,
  );
  const of = topology === undefined ? 'the cluster' : topology;
  return section(
    `✖ ${of} has ${countOf(codes.size, 'defect')}`,
    [...codes]
      .map(([code, all]) => renderDefect(code, [...new Set(all.map(({ place }) => place))]))
      .join('') + items,
    'broken',
  );
}

function renderDefect(code: DiagnosisCode, places: readonly string[]): string {
  const where = places.filter((place) => place !== '').join('; ');
  const page = element('a', { href: pageUrl(pageOf(code)) }, 'what it means and what mends it');
  return element(
    'p',
    { class: 'defect' },
    element('code', {}, code),
    ` ${escapeXml(diagnosisTitles[code])}${where === '' ? '' : `: ${escapeXml(where)}`}. ${page}`,
  );
}

function renderMember(result: RunResult): string {
  const { message, issue, flaky } = result;
  const age = ageOf(result);
  return [
    linkToResult(result),
    age === undefined ? '' : ` ${element('span', { class: 'mark' }, escapeXml(age))}`,
    flaky ? ` ${element('span', { class: 'mark' }, 'flaky: passes and fails by turns')}` : '',
    issue === undefined ? '' : ` ${linkTo(issue)}`,
    message === '' ? '' : element('div', { class: 'message' }, escapeXml(message)),
  ].join('');
}

/** For how long it has been failing; undefined when it has no history. */
function ageOf(result: RunResult): string | undefined {
  if (result.earlier.length === 0) return undefined;
  const { runs, since } = failingSince(result);
  if (runs === 1) return 'failed now, passed before';
  return `failing for ${runs} runs${since === undefined ? '' : `, since ${dayAndTime(since)}`}`;
}
