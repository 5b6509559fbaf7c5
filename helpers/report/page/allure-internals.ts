import { HarnessError } from '../../process/errors/harness-error.ts';
import type { Files } from './pack-files.ts';

/**
 * Everything in the report that depends on Allure's internals. The report is made by a plugin of Allure (page-plugin.ts);
 * the plugin API has no extension point for the page itself, because Allure's own page loads its files over HTTP, or
 * contains them uncompressed. A test compares these versions with package.json, and checks that Allure's files still have
 * this form. After an update: run it, then open a report and examine the places of {@link internals}.
 */
export const checkedVersions: Readonly<Record<string, string>> = {
  '@allurereport/core': '3.18.0',
  '@allurereport/core-api': '3.18.0',
  '@allurereport/plugin-awesome': '3.18.0',
  'allure-js-commons': '3.12.2',
  'allure-vitest': '3.12.2',
  vitest: '4.1.12',
};

/** The internals, for the message of the test. */
export const internals: readonly string[] = [
  'allure-internals.ts, pageOptions: index.html of plugin-awesome sets window.allureReportOptions in a script',
  'allure-internals.ts, appScript: index.html of plugin-awesome loads one script, which contains the styles',
  'allure-internals.ts, startApp: the script reads window.allureReportData and window.allureReportDataReady',
  'allure-internals.ts, placeOverview: the results are in [data-testid=base-layout], without data-tr-scroll-container',
  'allure-internals.ts, stayAtTop: the tree of results scrolls to its first line when it opens',
  'vitest/late-steps.ts: allure-vitest reads the steps of a test from its meta, at the end of the run',
];

/** Returns Allure's options for the page, as JavaScript. Only Allure knows them all. */
export function pageOptions(indexHtml: string): string {
  const [, options] = /window\.allureReportOptions = (\{.*\})\s*<\/script>/.exec(indexHtml) ?? [];
  if (options === undefined) throw unknownForm('index.html does not set allureReportOptions');
  return options;
}

/** Returns the name of the script of Allure's page. */
export function appScript(files: Files): string {
  const indexHtml = files.get('index.html')?.toString() ?? '';
  const scripts = [...files.keys()].filter(
    (name) => name.endsWith('.js') && indexHtml.includes(`src="${name}"`),
  );
  const [script] = scripts;
  if (script === undefined || scripts.length > 1) {
    throw unknownForm(`index.html loads ${scripts.length} scripts`);
  }
  return script;
}

/**
 * Starts Allure's page in the browser. Its script takes files from `allureReportData` by name, in base64. Each is encoded
 * on request: most are never requested. The script needs an address, so it becomes a blob.
 *
 * @param unpack a JavaScript expression of a promise of the files: a `Map` from names to functions that return bytes
 */
export function startApp(unpack: string, script: string): string {
  return `
    (async () => {
      const files = await ${unpack};
      if (files === undefined) {
        document.body.textContent = 'This browser is too old for this report. Use Chrome 80, Firefox 113, Safari 16.4 or newer.';
        return;
      }
      const encode = (bytes) => {
        let signs = '';
        for (let i = 0; i < bytes.length; i += 0x8000) signs += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
        return btoa(signs);
      };
      window.allureReportData = {};
      for (const [name, read] of files) {
        Object.defineProperty(window.allureReportData, name, { enumerable: true, get: () => encode(read()) });
      }
      window.allureReportDataReady = true;
      const app = document.createElement('script');
      app.src = URL.createObjectURL(new Blob([files.get(${JSON.stringify(script)})()], { type: 'text/javascript' }));
      document.body.append(app);
    })();`;
}

/**
 * Places the overview at the top: above the results, in their scroll area, and only there. Allure's page renders this area
 * again after each single result. Without the area, the overview is above the page.
 */
export function placeOverview(id: string): string {
  return `
    (() => {
      const overview = document.getElementById('${id}');
      const place = () => {
        const results = document.querySelector('[data-testid=base-layout]:not([data-tr-scroll-container])');
        overview.hidden = location.hash.length > 1 || (results === null && !late);
        if (results !== null && overview.parentElement !== results) results.prepend(overview);
      };
      let late = false;
      new MutationObserver(place).observe(document.getElementById('app'), { childList: true, subtree: true });
      addEventListener('hashchange', place);
      addEventListener('popstate', place);
      setTimeout(() => {
        late = document.querySelector('[data-testid]') === null;
        place();
      }, 10_000);
      place();
    })();`;
}

/**
 * Allure's tree scrolls to its first line when it opens, possibly late, past the overview. A reader who opens the report
 * should see its head, except after following a link to one result or scrolling.
 */
export const stayAtTop = `
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

function unknownForm(observed: string): HarnessError {
  return new HarnessError({
    code: 'report-failed',
    tried: 'make the page of the report',
    observed,
    hint: 'install the versions of Allure from package.json',
  });
}
