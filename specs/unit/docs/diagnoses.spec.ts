import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { diagnosisCodes, diagnosisTitles, pageOf } from '../../../helpers/check/model/codes.ts';

const root = join(import.meta.dirname, '../../..');
const folder = join(root, 'docs/diagnoses');

const sections = ['Seen in the wild', 'How to tell it apart', 'Evidence', 'Fix'];

describe('The pages of the diagnosis codes', () => {
  test('exist for each code, and for nothing else', () => {
    const pages = readdirSync(folder).filter((name) => name !== 'README.md');
    expect(pages.toSorted()).toEqual(diagnosisCodes.map((code) => `${code}.md`).toSorted());
  });

  test.for(diagnosisCodes)('%s: has its title, and content in every section', (code) => {
    const [head = '', ...parts] = readFileSync(join(root, pageOf(code)), 'utf8').split('\n## ');
    const [title, ...lead] = head.split('\n');
    expect(title).toBe(`# \`${code}\`: ${diagnosisTitles[code]}`);
    const contents = parts.map((part) => part.split(/\n(.*)/s, 2).map((text) => text.trim()));
    expect(contents.map(([name]) => name)).toEqual(sections);
    for (const text of [lead.join('\n'), ...contents.map(([, content]) => content ?? '')]) {
      expect(text.trim().length).toBeGreaterThan(30);
    }
  });

  test('the index has each code with its title, in the order of the codes', () => {
    const rows = readFileSync(join(folder, 'README.md'), 'utf8').matchAll(
      /^\| \[`(.+?)`\]\((.+?)\) \| (.+?) \|/gm,
    );
    expect([...rows].map(([, code, page, title]) => [code, page, title])).toEqual(
      diagnosisCodes.map((code) => [code, `${code}.md`, diagnosisTitles[code]]),
    );
  });

  test('no two codes have the same symptoms and the same decisive sign', () => {
    const rows = [...readFileSync(join(folder, 'README.md'), 'utf8').matchAll(/^\| \[`.*$/gm)];
    const vectors = rows.map(([row]) => row.split(' | ').slice(2).join(' | '));
    expect(new Set(vectors).size).toBe(diagnosisCodes.length);
    expect(new Set(vectors.map((vector) => vector.split(' | ').length)), 'columns').toEqual(
      new Set([9]),
    );
  });

  test('link only to existing pages and to public issues', () => {
    for (const name of readdirSync(folder)) {
      const text = readFileSync(join(folder, name), 'utf8');
      for (const [, target = ''] of text.matchAll(/\]\((.+?)\)/g)) {
        const isThere = target.startsWith('https:')
          ? /^https:\/\/github\.com\/[\w.-]+\/[\w.-]+\/(issues|pull)\/\d+$/.test(target)
          : existsSync(join(folder, target));
        expect(isThere, `${name}: ${target}`).toBe(true);
      }
    }
  });
});

test('the troubleshooting page links every diagnosis page, once', () => {
  const page = readFileSync(join(root, 'docs/troubleshooting.md'), 'utf8');
  const codes = [...page.matchAll(/\]\(diagnoses\/([a-z-]+)\.md\)/g)].map(([, code]) => code);
  const others = diagnosisCodes.filter((code) => code !== 'unexplained');
  expect(new Set(codes)).toEqual(new Set(others));
  expect(codes).toHaveLength(others.length);
});
