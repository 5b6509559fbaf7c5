import { element, escapeXml } from '../text/xml.ts';
import { issueName, issueUrl, type KnownIssue } from '../results/known-issues.ts';
import type { RunResult } from './run.ts';

/** Renders a section of the overview; empty without content. */
export function section(title: string, content: string, name = ''): string {
  if (content === '') return '';
  return element('section', { class: name }, element('h3', {}, escapeXml(title)), content);
}

/** The number of items of a list that are not folded. */
const shown = 6;

/** A list of markup; long ones are folded. */
export function list(items: readonly string[]): string {
  if (items.length <= shown + 1) return toList(items);
  const rest = items.slice(shown);
  const summary = element('summary', {}, `and ${rest.length} more`);
  return `${toList(items.slice(0, shown))}${element('details', { class: 'more' }, summary, toList(rest))}`;
}

function toList(items: readonly string[]): string {
  if (items.length === 0) return '';
  return element('ul', {}, items.map((one) => element('li', {}, one)).join(''));
}

/** A result's name, leading to where the report shows it, and where it belongs. */
export function linkToResult({
  id,
  name,
  where,
}: Pick<RunResult, 'id' | 'name' | 'where'>): string {
  const link = element('a', { href: `#${id}` }, escapeXml(name));
  return `${link} ${element('small', {}, escapeXml(where))}`;
}

/** A known issue by its name, leading to where it is discussed. */
export function linkTo(issue: KnownIssue): string {
  return `known: ${element('a', { href: issueUrl(issue), title: issue.title }, escapeXml(issueName(issue)))}`;
}

const days = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
});

/** Formats a time: "27 Nov, 02:17", in the time zone of the machine that builds the report. */
export function dayAndTime(milliseconds: number): string {
  return days.format(milliseconds);
}

/** Formats a duration: "0.4 s", "46 s", "9 min 12 s". */
export function duration(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** Renders a picture as a separate image, so that its styles do not leak. */
export function renderPicture({ name, svg }: RunResult['pictures'][number]): string {
  const source = `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`;
  return element(
    'figure',
    {},
    `<img src="${source}" alt="${escapeXml(name)}">`,
    element('figcaption', {}, escapeXml(name)),
  );
}
