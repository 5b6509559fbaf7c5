import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { createNetnsProvider } from '../../helpers/machine/netns/provider.ts';
import { cacheFolder } from '../../helpers/debian/cache/cache.ts';
import { tearDown } from '../../helpers/topology/bring-up/tear-down.ts';
import { guardStore } from '../machine/store-guard.ts';
import { stopAtFailure } from '../stop-at-failure.ts';
import { differenceOf, type Seen } from './match-output.ts';
import { type OneShell, openShell } from './one-shell.ts';
import { provideCurl } from './provide-curl.ts';
import { type Block, readWalkthrough } from './read-walkthrough.ts';

/** A limit for blocks that hang. The first run downloads packages and builds images. */
const LIMIT = 600_000;

const root = resolve(import.meta.dirname, '../..');

/**
 * Tests that a reader who types the commands of a page, block by block into one shell, sees the output on the page. The
 * reader has a separate home and state directory, and no machine remains, whichever block failed.
 */
export async function typePage(page: string): Promise<readonly Block[]> {
  const blocks = readWalkthrough(await readFile(join(root, page), 'utf8'));
  const seen: Seen = new Map();
  let home: string;
  let shell: OneShell;

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'reader-'));
    guardStore(home, join(home, 'machines'));
    shell = openShell(root, await environmentOf(home));
  });
  afterAll(async () => {
    await shell[Symbol.asyncDispose]();
    await tearDown(createNetnsProvider({ store: join(home, 'machines') }));
    await rm(home, { recursive: true, force: true });
  });

  describe(`a reader who types ${page} sees its output`, {
    concurrent: false,
    shuffle: false,
  }, () => {
    stopAtFailure();
    for (const block of blocks) {
      test(titleOf(block), { timeout: LIMIT }, async () => {
        await typeBlock(page, block, shell, seen);
      });
    }
  });
  return blocks;
}

async function typeBlock(page: string, block: Block, shell: OneShell, seen: Seen): Promise<void> {
  const { code, output } = await shell.run(block.commands, LIMIT - 10_000);
  const shown = output.replaceAll(/^\(\S+\) .*: once, into the cache\.\.\.\n/gm, '');
  const difference =
    differenceOf(block.output, shown, seen) ??
    (code === 0 ? undefined : `the last command exits with ${code}`);
  if (difference === undefined) return;
  throw new Error(
    [
      `${page}:${block.line}: ${difference}`,
      `typed:\n${block.commands}`,
      `expected output:\n${block.output}`,
      `seen:\n${output}`,
    ].join('\n'),
  );
}

function titleOf({ line, part, commands }: Block): string {
  const first = commands.split('\n', 1)[0] ?? '';
  return `${part}, line ${line}: ${first.replace(/ \\$/, ' …')}`;
}

/** Returns an environment that points to nothing outside of the home. */
async function environmentOf(home: string): Promise<NodeJS.ProcessEnv> {
  const pointing = /^(?:DOCKER_|MACHINE_|NETNS_|E2E_ENGINE|E2E_SUBNET)|_proxy$/i;
  const inherited = Object.entries(process.env).filter(([name]) => !pointing.test(name));
  return {
    ...Object.fromEntries(inherited),
    HOME: home,
    MACHINE_STORAGE_PATH: join(home, 'machines'),
    PATH: await provideCurl(process.env['PATH'] ?? ''),
    SHELL: '/bin/bash',
    XDG_CACHE_HOME: resolve(cacheFolder(), '..'),
    npm_config_update_notifier: 'false',
  };
}
