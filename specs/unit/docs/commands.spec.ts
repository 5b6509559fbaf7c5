import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { pages, readPage, root } from './pages.ts';

/** A spec that runs the commands of a page, and a text in it that proves this. */
type Proof = readonly [file: string, words: string];

/** Pages whose blocks a spec types from the page itself, one after the other, and compares the output. */
const typedWhole: Readonly<Record<string, Proof>> = {
  'specs/walkthrough/walkthrough.md': [
    'specs/walkthrough/walkthrough.spec.ts',
    "typePage('specs/walkthrough/walkthrough.md')",
  ],
  'docs/netns-machine.md': [
    'specs/walkthrough/netns-machine.spec.ts',
    "typePage('docs/netns-machine.md')",
  ],
  'docs/swarm-mode.md': ['specs/walkthrough/swarm-mode.spec.ts', "typePage('docs/swarm-mode.md')"],
  'docs/providers.md': [
    'specs/cli/providers-page.spec.ts',
    'every block that the page tells to type',
  ],
};

const targets = 'specs/check/targets.spec.ts';

const readmeSpec: Proof = ['specs/cli/readme.spec.ts', 'every command that the pages tell to type'];

/** The commands of other pages of docs/, each with where it is run; readme.spec.ts runs those of README and CONTRIBUTING. */
const typed: Readonly<Record<string, Proof>> = {
  'npx overlay-e2e check': ['specs/cli/readme.spec.ts', "'npx overlay-e2e check': /"],
  'npx overlay-e2e check --engine tcp://10.0.0.1:2376 --engine tcp://10.0.0.2:2376 --tls-dir ~/.docker':
    [targets, "shown('--tls-dir')"],
  'npx overlay-e2e check --engine web=ssh://me@10.0.0.1 --engine db=ssh://me@10.0.0.2': [
    targets,
    "shown('web=ssh://')",
  ],
  'npx overlay-e2e check --context web --context db --no-probe': [targets, "shown('--no-probe')"],
  'npx overlay-e2e check web db --no-privileged': [targets, "shown('web db')"],
  'npx overlay-e2e check ./cluster.json': [targets, "shown('cluster.json')"],
  'npx overlay-e2e check --context web --context db --watch 30': [targets, "shown('--watch')"],
  'npx overlay-e2e check --context web --context db --fix': [targets, "shown('--fix')"],
  'npx overlay-e2e up ./my-cluster.ts': ['specs/topology/own-topology.spec.ts', "'up', myCluster"],
  'npx overlay-e2e up swarm-mode': ['specs/topology/kinds.spec.ts', "'up', 'swarm-mode'"],
  'npx overlay-e2e up swarm-mode --engine-bundle 20.10.24': [
    'specs/topology/kinds.spec.ts',
    "['--engine-bundle', '20.10.24']",
  ],
  'npx overlay-e2e doctor': ['specs/cli/readme.spec.ts', "'npx overlay-e2e doctor': /"],
  'npx overlay-e2e draw': ['specs/topology/drawing.ts', "['overlay-e2e', 'draw'], {"],
  'npx overlay-e2e draw set-up --json': [
    'specs/topology/drawing.ts',
    "['overlay-e2e', 'draw', 'set-up', '--json']",
  ],
  'cp -r specs/example specs/mine': ['specs/own-specs/mine.ts', "'specs/example'), "],
  'npm test -- --project mine': ['specs/own-specs/own-specs.spec.ts', "'--project', 'mine'"],
  'npx overlay-e2e up specs/mine/topology.ts': [
    'specs/own-specs/mine.ts',
    "'up', 'specs/mine/topology.ts'",
  ],
  'E2E_REUSE=1 npx vitest --project mine specs/mine/overlay.spec.ts': [
    'specs/own-specs/watch.ts',
    "'--project', 'mine', spec",
  ],
  'npx overlay-e2e down': ['specs/cli/readme.spec.ts', "'npx overlay-e2e down': /"],
  'npm run matrix': ['specs/matrix/matrix.spec.ts', "'run', 'matrix'"],
  'npm run confusion': readmeSpec,
  'npm test': readmeSpec,
};

const others = pages.filter(
  (page) =>
    page.startsWith('docs/') &&
    !(page in typedWhole) &&
    // These are examples of --help, which specs/unit/cli/overlay-e2e/help.spec.ts gives to the program.
    !page.startsWith('docs/reference/'),
);

test('every command that a page shows is run by a spec', () => {
  const shown = new Map<string, string>();
  for (const page of others.filter((one) => !one.startsWith('docs/diagnoses/'))) {
    const { blocks } = readPage(page);
    for (const { language, text } of blocks) {
      if (language === 'sh') for (const line of text.split('\n')) shown.set(line, page);
    }
  }
  // Within text, only complete commands, without placeholders.
  for (const page of others) {
    for (const word of readPage(page).words) if (/^(?:npx|npm) /.test(word)) shown.set(word, page);
  }
  expect(shown.size).toBeGreaterThan(10);
  expect([...shown].filter(([command]) => typed[command] === undefined)).toEqual([]);
});

test('the listed specs run them', () => {
  const proofs = [...Object.values(typedWhole), ...Object.values(typed)];
  const unproven = proofs.filter(
    ([file, words]) =>
      !existsSync(join(root, file)) || !readFileSync(join(root, file), 'utf8').includes(words),
  );
  expect(unproven).toEqual([]);
  expect(Object.keys(typedWhole).filter((page) => !pages.includes(page))).toEqual([]);
});

/** Commands of pages that only inspect, and that no audit prints. */
const inspecting = ['docker network inspect my-net other-net', 'npx overlay-e2e check --json'];

// A fix is for a broken cluster: typed on another, it would break it. Still, the page must not invent it.
test.for(pages.filter((page) => /^docs\/diagnoses\/[a-z-]+\.md$/.test(page)))(
  '%s shows the command that an audit of a broken cluster printed',
  (page) => {
    const { blocks } = readPage(page);
    const said = flat(blocks.filter(({ language }) => language === 'text').map(({ text }) => text));
    const told = blocks.filter(({ language }) => language === 'sh');
    // A next step in words has no command.
    if (!/\n {4}next step (?!.*\n {4}\S)/s.test(blocks.map(({ text }) => text).join('\n'))) {
      expect(told.length).toBeGreaterThan(0);
    }
    for (const { text } of told) {
      if (!inspecting.includes(text)) expect(said).toContain(flat([text]));
    }
  },
);

function flat(texts: readonly string[]): string {
  return texts.join('\n').replaceAll(/\s+/g, ' ');
}
