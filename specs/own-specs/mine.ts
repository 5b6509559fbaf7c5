import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test as base } from 'vitest';
import { createNetnsProvider } from '../../helpers/machine/netns/provider.ts';
import { type Lab, openLab as openSpecLab } from '../../helpers/spec/lab.ts';
import type { TopologyDocument } from '../../helpers/topology/document.ts';
import { type Lab as StoreLab, openLab } from '../topology/lab.ts';

/** A project with a running user-defined topology, `mine`, as docs/own-specs.md describes. */
export interface Mine {
  /** The copy of the project, which tests may change. */
  readonly folder: string;
  readonly store: StoreLab;
  readonly lab: Lab;
}

/** One project for the whole file. A test that breaks something restores it. */
export const test = base.extend(
  'mine',
  { scope: 'file' },
  // oxlint-disable-next-line eslint/no-empty-pattern -- Vitest reads from it what the fixture needs: nothing.
  async ({}, { onCleanup }): Promise<Mine> => {
    const made = new AsyncDisposableStack();
    onCleanup(() => made.disposeAsync());
    const folder = await mkdtemp(join(tmpdir(), 'overlay-e2e-mine-'));
    made.defer(() => rm(folder, { recursive: true }));
    await copyProject(folder);
    await copyExample(folder);
    const store = await openLab();
    made.defer(() => store.clear());
    // Runs: npx overlay-e2e up specs/mine/topology.ts
    const up = await store.runIn(folder, 'up', 'specs/mine/topology.ts', '--json');
    if (up.exitCode !== 0) throw new Error(`overlay-e2e up: ${up.stderr}`);
    const document = JSON.parse(up.stdout) as TopologyDocument;
    const provider = createNetnsProvider({ store: store.store });
    return { folder, store, lab: await openSpecLab(document, provider) };
  },
);

async function copyProject(folder: string): Promise<void> {
  const root = join(import.meta.dirname, '../..');
  for (const name of ['package.json', 'vitest.config.ts', 'helpers', 'specs', 'docs']) {
    await cp(join(root, name), join(folder, name), { recursive: true });
  }
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
}

/** Copies the example like a user who creates a topology. */
async function copyExample(folder: string): Promise<void> {
  const own = join(folder, 'specs/mine');
  // Runs: cp -r specs/example specs/mine
  await cp(join(folder, 'specs/example'), own, { recursive: true });
  const file = join(own, 'topology.ts');
  const text = await readFile(file, 'utf8');
  await writeFile(file, text.replace("name: 'shop',\n  cluster", "name: 'mine',\n  cluster"));
}
