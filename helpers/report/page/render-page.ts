import {
  appLoaderFaviconDataUri,
  appLoaderStyles,
  createAppLoaderMarkup,
  createBaseUrlScript,
  createFaviconLinkTag,
} from '@allurereport/core-api';
import { copyScript } from '../overview/render-cause.ts';
import { overviewId } from '../overview/render-overview.ts';
import { escapeXml } from '../text/xml.ts';
import { appScript, pageOptions, placeOverview, startApp, stayAtTop } from './allure-internals.ts';
import { type Files, packFiles, unpackInBrowser } from './pack-files.ts';

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
 * Renders the report as one file: the overview, then Allure's page, with everything that it needs. Allure's own page would
 * have an analytics script that no option removes, and no viewport, so that phones show it in tiny letters.
 *
 * @param files the files of Allure's report
 */
export function renderReport(title: string, overview: string, files: Files): string {
  const options = pageOptions(files.get('index.html')?.toString() ?? '');
  const script = appScript(files);
  const needed = new Map(
    [...files].filter(([name]) => name === script || /^(?:data|widgets)\//.test(name)),
  );
  return `<!DOCTYPE html>
<html dir="ltr" lang="en">
<head>
  <meta http-equiv="Content-Security-Policy" content="${policy}">
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>${escapeXml(title)}</title>
  ${createFaviconLinkTag(appLoaderFaviconDataUri)}
  ${appLoaderStyles}
  <script>${stayAtTop}
    window.allureReportOptions = ${options};
  </script>
</head>
<body>
  ${createAppLoaderMarkup()}
${overview}
<div id="app"></div>
${createBaseUrlScript()}
<script>${placeOverview(overviewId)}${copyScript}
</script>
${packFiles(needed)}
<script>${startApp(unpackInBrowser, script)}
</script>
</body>
</html>
`;
}
