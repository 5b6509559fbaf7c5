import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { typedCommands } from '../../cli/typed-commands.ts';
import { pages, readPage, root } from './pages.ts';

/** Files that declare the commands that they run: `Runs: COMMAND` or `Runs every block of PAGE` in a comment. */
const sources = globSync(['specs/**/*.{ts,sh}', '.ci/{run,*.sh}'], { cwd: root }).map((file) => ({
  file,
  text: readFileSync(join(root, file), 'utf8'),
}));
const said = sources.flatMap(({ file, text }) =>
  [...text.matchAll(/(?:\/\/|#) Runs: (.+)$/gm)].map(([, command = '']) => ({
    file,
    command,
    text: text.replaceAll(/(?:\/\/|#) Runs: .+$/gm, ''),
  })),
);
const wholePages = sources.flatMap(({ text }) =>
  [...text.matchAll(/\btypePage\('(.+?)'\)|\/\/ Runs every block of (\S+)$/gm)].flatMap(
    ([, typed, named]) => typed ?? named ?? [],
  ),
);

/** Commands that take most of an hour. Specs run their parts. */
const tooLong = [
  'npm run confusion',
  'npm run confusion -- --only duplicate-engine-id --healthy 0',
  'npm run recovery',
  'npm run recovery -- swarm-mode 26.1.5 --fault engine-killed',
];

const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  readonly scripts: Readonly<Record<string, string>>;
};
/** All scripts of this form are one script, which runs with and without arguments. */
const projectRuns = Object.entries(scripts).flatMap(([name, script]) =>
  /^exec sh specs\/run\.sh --project \S+$/.test(script) ? [`npm run ${name}`] : [],
);

const run = new Set([
  ...Object.keys(typedCommands),
  ...said.map(({ command }) => command),
  ...wholePages.flatMap(commandsOf),
  ...projectRuns,
  ...tooLong,
]);

// The reference has examples of --help, which specs/unit/cli/overlay-e2e/help.spec.ts gives to the program.
const others = pages.filter(
  (page) => !wholePages.includes(page) && !page.startsWith('docs/reference/'),
);
const shown = new Set(others.flatMap(commandsOf));

/** A unit spec by its name runs whenever all unit specs run. */
function isUnitSpec(command: string): boolean {
  const [, file] = /^npm run unit -- (specs\/unit\/\S+\.spec\.ts)$/.exec(command) ?? [];
  return file !== undefined && existsSync(join(root, file));
}

test('a spec or continuous integration runs every command that a page shows', () => {
  expect(shown.size).toBeGreaterThan(25);
  expect([...shown].filter((command) => !run.has(command) && !isUnitSpec(command))).toEqual([]);
});

test('every command that they run for a page is on a page', () => {
  const typed = [...Object.keys(typedCommands), ...said.map(({ command }) => command), ...tooLong];
  expect(typed.filter((command) => !shown.has(command))).toEqual([]);
  expect(wholePages.filter((page) => !pages.includes(page))).toEqual([]);
  expect(wholePages.length).toBeGreaterThan(3);
});

test.for(said)('$file runs "$command": it has every argument', ({ command, text }) => {
  const words = command
    .replaceAll('"', '')
    .split(/[\s=]+/)
    .filter((word) => !/^(?:&&|\||--|-r|echo|npx|npm|run|overlay-e2e)$/.test(word));
  expect(words.filter((word) => !text.includes(word.replace(/^\.\//, '')))).toEqual([]);
});

test('every npm script that a page names exists', () => {
  const names = [...shown].flatMap(
    (command) => /\bnpm (?:run )?([a-z0-9:-]+)/.exec(command)?.[1] ?? [],
  );
  const known = new Set([...Object.keys(scripts), 'ci', 'install', 'link', 'pack']);
  expect(names.filter((name) => !known.has(name))).toEqual([]);
});

/** The lines of a page's shell blocks, and the complete commands within its text. */
function commandsOf(page: string): string[] {
  const { blocks, words } = readPage(page);
  const isDiagnosis = /^docs\/diagnoses\/[a-z-]+\.md$/.test(page);
  const inBlocks = blocks
    .filter(({ language }) => language === 'sh' && !isDiagnosis)
    .flatMap(({ text }) => text.split('\n'));
  return [...inBlocks, ...words.filter((word) => /^(?:npx|npm) /.test(word))];
}

/** Commands that only inspect, for findings without a command. */
const onlyLooks = ['docker network inspect my-net other-net', 'npx overlay-e2e check --json'];

// A fix would break a healthy cluster, so that no spec runs it: it has to be in the output that the page shows.
test.for(pages.filter((page) => /^docs\/diagnoses\/[a-z-]+\.md$/.test(page)))(
  '%s has the commands of the output that it shows',
  (page) => {
    const { blocks } = readPage(page);
    const printed = flat(
      blocks.filter(({ language }) => language === 'text').map(({ text }) => text),
    );
    const told = blocks.filter(({ language }) => language === 'sh');
    // A next step in words has no command.
    if (!/\n {4}next step (?!.*\n {4}\S)/s.test(blocks.map(({ text }) => text).join('\n'))) {
      expect(told.length).toBeGreaterThan(0);
    }
    for (const { text } of told) {
      if (!onlyLooks.includes(text)) expect(printed).toContain(flat([text]));
    }
  },
);

function flat(texts: readonly string[]): string {
  return texts.join('\n').replaceAll(/\s+/g, ' ');
}
