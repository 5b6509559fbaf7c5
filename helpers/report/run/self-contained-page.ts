import { placeOverview } from '../overview/place-overview.ts';
import { copyScript } from '../overview/render-cause.ts';
import { overviewId } from '../overview/render-overview.ts';

/**
 * The report can show all that is in it and ask nobody for more: whatever a later version of Allure, an attachment or
 * an error's text tries, the browser refuses it.
 */
const policy = [
  "default-src 'none'",
  "script-src 'unsafe-inline' data: blob:",
  "style-src 'unsafe-inline' data: blob:",
  'img-src data: blob:',
  'media-src data: blob:',
  'font-src data:',
  'connect-src data: blob:',
  'frame-src data: blob:',
  'worker-src data: blob:',
].join('; ');

/**
 * Allure's tree scrolls to its first line when it opens, however late that is, past the summary. Whoever opens the report
 * wants its head; and whoever follows a link to one result, or scrolls, what they ask for.
 */
const startAtTop = `
    if (location.hash.length < 3) {
      const stop = new AbortController();
      const once = { capture: true, signal: stop.signal };
      const end = () => stop.abort();
      for (const act of ['wheel', 'touchmove', 'keydown', 'pointerdown']) addEventListener(act, end, once);
      addEventListener('scroll', ({ target }) => {
        (target.scrollingElement ?? target).scrollTop = 0;
        setTimeout(end, 1500);
      }, once);
    }`;

/** Allure's template leaves it to a phone to show a page of a desk's width, in letters that nobody can read. */
const viewport = '<meta name="viewport" content="width=device-width, initial-scale=1">';

/**
 * Makes Allure's page one that loads nothing (its template has an analytics script, without an option against it), that is
 * read on a phone, too, and that begins with the overview.
 */
export function closeUp(html: string, overview: string): string {
  const head = html.indexOf('<head>') + '<head>'.length;
  const first = `\n  <meta http-equiv="Content-Security-Policy" content="${policy}">\n  ${viewport}\n  <script>${startAtTop}\n  </script>`;
  return `${html.slice(0, head)}${first}${html.slice(head)}`
    .replace(/<script async src="https:[^"]*"><\/script>\s*<script>.*?<\/script>/s, '')
    .replace(/<div id="app">\s*<\/div>/, (app) => {
      return `${overview}\n${app}\n<script>${placeOverview(overviewId)}${copyScript}\n</script>`;
    });
}
