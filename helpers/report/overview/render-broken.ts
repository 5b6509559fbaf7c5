import { element, escapeXml } from '../text/xml.ts';
import { countOf } from '../text/count-of.ts';
import { dayAndTime, linkTo, linkToResult, list, renderPicture, section } from './parts.ts';
import { renderCause } from './render-cause.ts';
import { isBad, type Run, type RunResult } from './run.ts';
import { failingSince } from './what-changed.ts';

/** Renders the failures: findings of clusters with their meaning, then other failures, each with its specs. */
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
    return section(`✖ ${category ?? 'Other failures'}`, items, 'broken');
  }
  const codes = Map.groupBy(
    members.flatMap((one) => one.defects),
    ({ code }) => code,
  );
  const of = topology === undefined ? 'the cluster' : topology;
  return section(
    `✖ ${of} has ${countOf(codes.size, 'finding')}`,
    [...codes].map(([code, all]) => renderCause(code, all)).join('') +
      renderTopology(members) +
      items,
    'broken',
  );
}

/** The topology as the first audit saw it. */
function renderTopology(members: readonly RunResult[]): string {
  const [svg] = members.flatMap(({ topologyPicture }) => topologyPicture ?? []);
  return svg === undefined
    ? ''
    : renderPicture({ name: 'topology after the first failed test', svg });
}

function renderMember(result: RunResult): string {
  const { message, issue, flaky } = result;
  const age = ageOf(result);
  return [
    linkToResult(result),
    age === undefined ? '' : ` ${element('span', { class: 'mark' }, escapeXml(age))}`,
    flaky
      ? ` ${element('span', { class: 'mark' }, 'flaky: alternates between pass and fail')}`
      : '',
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
