import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { webAddress } from '../../../../helpers/process/own-version.ts';
import { pageUrl } from '../../../../helpers/report/results/page-url.ts';

const root = join(import.meta.dirname, '../../../..');
const page = 'docs/diagnoses/vxlan-blocked.md';

/** The variables of a job that tests the repository of a user, checked out into that folder. */
const job = (workspace: string) => ({
  GITHUB_SERVER_URL: 'https://github.com',
  GITHUB_REPOSITORY: 'user/shop',
  GITHUB_SHA: '0123abcd',
  GITHUB_WORKSPACE: workspace,
});

function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'page-url-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

describe('The link to a page of a finding', () => {
  test.for([
    ['outside of GitHub', {}],
    ["in a job of a user's repository", job('/home/runner/work/shop/shop')],
    ['in a job of a clone', job(root)],
  ] as const)('leads to the repository of package.json %s', ([, env]) => {
    expect(pageUrl(page, env, 'https://github.com/own/overlay-e2e')).toBe(
      `https://github.com/own/overlay-e2e/blob/HEAD/${page}`,
    );
  });

  test("never leads to the user's repository, even if that contains this project", () => {
    const folder = emptyFolder();
    mkdirSync(join(folder, 'node_modules'));
    symlinkSync(root, join(folder, 'node_modules/overlay-e2e'));
    for (const workspace of [folder, '', '/nowhere/x', join(root, '..')]) {
      expect(pageUrl(page, job(workspace), ''), workspace).toBeUndefined();
    }
  });

  test('leads to the tested commit of a clone, also if its folder is a link', () => {
    const link = join(emptyFolder(), 'clone');
    symlinkSync(root, link);
    for (const workspace of [root, link]) {
      expect(pageUrl(page, job(workspace), '')).toBe(
        `https://github.com/user/shop/blob/0123abcd/${page}`,
      );
    }
  });

  test('is absent where nothing names a repository', () => {
    expect(pageUrl(page, {}, '')).toBeUndefined();
  });
});

test.for([
  ['git+https://github.com/own/overlay-e2e.git', 'https://github.com/own/overlay-e2e'],
  ['https://github.com/own/overlay-e2e', 'https://github.com/own/overlay-e2e'],
  ['https://github.com/own/overlay-e2e/', 'https://github.com/own/overlay-e2e'],
  ['git@github.com:own/overlay-e2e.git', undefined],
  ['javascript:alert(1)', undefined],
  [undefined, undefined],
] as const)('The address %j of package.json is the page %j', ([url, address]) => {
  expect(webAddress(url)).toBe(address);
});
