/** Checks every workflow file and the action, or the files that arguments name, the way GitHub's own editor does: keys, expressions, contexts, needs. */
import { globSync, readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';

// The language service is written for bundlers: it imports JSON without saying so.
registerHooks({
  load: (url, context, next) =>
    next(url, url.endsWith('.json') ? { ...context, importAttributes: { type: 'json' } } : context),
});
const { validate } = await import('@actions/languageservice');
const { TextDocument } = await import('vscode-languageserver-textdocument');

const named = process.argv.slice(2);
const files =
  named.length > 0 ? named : [...globSync('.github/workflows/*.{yml,yaml}'), 'action.yml'];
for (const file of files) {
  const text = readFileSync(file, 'utf8');
  const document = TextDocument.create(pathToFileURL(file).href, 'yaml', 1, text);
  for (const { message, range } of await validate(document)) {
    const { line, character } = range.start;
    const said = typeof message === 'string' ? message : message.value;
    process.stderr.write(`${file}:${line + 1}:${character + 1}: ${said}\n`);
    process.exitCode = 1;
  }
}
if (files.length === 0) {
  process.stderr.write('check-workflows: there are no workflow files\n');
  process.exitCode = 1;
}
