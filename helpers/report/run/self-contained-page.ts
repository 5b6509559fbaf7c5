import { placeOverview } from '../overview/place-overview.ts';
import { copyScript } from '../overview/render-cause.ts';
import { overviewId } from '../overview/render-overview.ts';

/**
 * The content security policy: the report is self-contained, and the browser refuses every request of a later version of
 * Allure, of an attachment or of an error's text.
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
 * Allure's tree scrolls to its first line when it opens, possibly late, past the summary. A reader who opens the report
 * should see its head, except after following a link to one result or scrolling.
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

/** Allure's template lacks a viewport, so that phones show the page in tiny letters. */
const viewport = '<meta name="viewport" content="width=device-width, initial-scale=1">';

/**
 * Makes Allure's page self-contained (its template has an analytics script that no option removes), readable on a phone,
 * and starting with the overview.
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
