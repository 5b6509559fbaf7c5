import { type DiagnosisCode, diagnosisTitles, pageOf } from '../../check/model/codes.ts';
import { element, escapeXml } from '../text/xml.ts';
import { renderPage } from './render-page.ts';
import type { FoundDefect } from './run.ts';

/** The number of differences that are shown; the audit attached to each failed test has all. */
const evidenceShown = 3;

/** Renders a cause of failures: location, evidence, fix, and the page about it. */
export function renderCause(code: DiagnosisCode, found: readonly FoundDefect[]): string {
  const places = [...new Set(found.map(({ place }) => place))].filter((place) => place !== '');
  const where = places.length === 0 ? '' : `: ${places.join('; ')}`;
  const [first] = found.flatMap(({ finding }) => finding ?? []);
  const page = element(
    'details',
    { class: 'page' },
    element('summary', {}, escapeXml(`About ${code}`)),
    renderPage(pageOf(code)),
  );
  return element(
    'div',
    { class: 'cause' },
    element(
      'p',
      { class: 'defect' },
      element('code', {}, code),
      ` ${escapeXml(`${diagnosisTitles[code]}${where}`)}.`,
    ),
    first === undefined ? '' : renderEvidence(first),
    first === undefined ? '' : renderFix(first),
    page,
  );
}

type Finding = NonNullable<FoundDefect['finding']>;

function renderEvidence({ summary, evidence }: Finding): string {
  const texts = [...new Set([summary, ...evidence.map(({ text }) => text)])];
  const items = texts.slice(0, evidenceShown).map((text) => element('li', {}, escapeXml(text)));
  return element('ul', { class: 'evidence' }, items.join(''));
}

function renderFix({ action }: Finding): string {
  if (action === undefined) return '';
  const { kind, host, asRoot, effect, command } = action;
  const label = kind === 'fix' ? 'Fix' : 'Next step';
  const on = host === undefined ? '' : ` on ${host}${asRoot ? ', as root' : ''}`;
  const words = element('p', {}, element('b', {}, escapeXml(`${label}${on}: `)), escapeXml(effect));
  if (command === undefined) return words;
  return (
    words +
    element(
      'div',
      { class: 'command' },
      element('pre', {}, escapeXml(command)),
      element('button', { type: 'button', 'data-copies': command }, 'Copy'),
    )
  );
}

/** Copies a command when its button is pressed; where the browser forbids it, selects the command instead. */
export const copyScript = `
    document.addEventListener('click', async ({ target }) => {
      const button = target.closest?.('[data-copies]');
      if (!button) return;
      const selection = getSelection();
      selection.selectAllChildren(button.previousElementSibling);
      try {
        await navigator.clipboard.writeText(button.dataset.copies);
      } catch {
        document.execCommand('copy');
      }
      button.textContent = 'Copied';
      setTimeout(() => { button.textContent = 'Copy'; }, 2000);
    });`;
