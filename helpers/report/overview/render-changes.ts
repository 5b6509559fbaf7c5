import { escapeXml } from '../text/xml.ts';
import { countOf } from '../text/count-of.ts';
import { dayAndTime, duration, linkToResult, list, section } from './parts.ts';
import type { RunResult } from './run.ts';
import type { Run } from './run.ts';
import type { Changes } from './what-changed.ts';

/** Renders the changes since the last run. */
export function renderChanges(run: Run, changes: Changes): string {
  const { since, failing, fixed, added, gone, skipped, slower, ranOn } = changes;
  if (since === undefined) {
    return section('Changes', '<p>No earlier run to compare with.</p>');
  }
  const parts = [
    // These are listed above, with the failures.
    part('✖', failing.length, 'newly failing', []),
    part('✔', fixed.length, 'fixed', fixed.map(linkToResult)),
    part('≠', ranOn.length, 'changed in the environment', ranOn.map(escapeXml)),
    part('+', added.length, 'new', names(added)),
    part(
      '−',
      gone.length,
      'gone',
      gone.map(({ name, where }) => `${escapeXml(name)} <small>${escapeXml(where)}</small>`),
    ),
    part('○', skipped.length, 'skipped now', skipped.map(linkToResult)),
    part(
      '⧗',
      slower.length,
      'much slower',
      slower.map(({ result, usual }) => {
        const times = `${duration(result.duration ?? 0)}, at most ${duration(usual)} before`;
        return `${linkToResult(result)} <small>${times}</small>`;
      }),
    ),
  ].join('');
  const tests = run.results.filter(({ around }) => !around).length;
  const same = `<p>None: all ${countOf(tests, 'test')} as before.</p>`;
  return section(`Changes since the run of ${dayAndTime(since)}`, parts === '' ? same : parts);
}

function part(sign: string, count: number, what: string, items: readonly string[]): string {
  if (count === 0) return '';
  return `<h4><span class="sign">${sign}</span> ${count} ${what}</h4>${list(items)}`;
}

/** Returns the names of new tests; of many, as in the first run of a cluster kind, only their places. */
function names(results: readonly RunResult[]): string[] {
  if (results.length <= 12) return results.map(linkToResult);
  return [...Map.groupBy(results, ({ where }) => where)].map(
    ([where, all]) => `${escapeXml(where)}: ${all.length}`,
  );
}
