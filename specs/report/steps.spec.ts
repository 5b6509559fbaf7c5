import { beforeAll, expect, test } from 'vitest';
import { runSmall, type SmallRun } from './small-run.ts';

let run: SmallRun;

beforeAll(async () => {
  run = await runSmall(
    {
      'specs/seed/car-endpoint.spec.ts': `
      import { afterAll, afterEach, beforeAll, beforeEach, test as base } from 'vitest';
      import { activity } from '@helpers/process/activity.ts';
      import { runCommand } from '@helpers/process/run-command.ts';
      import { attach } from '@helpers/report/results/evidence.ts';
      const say = (word) => runCommand('echo', [word], { title: word });
      const test = base.extend({
        lab: async ({}, use) => { await say('fixture up'); await use(1); await say('fixture down'); },
      });
      beforeAll(() => say('before all'));
      beforeEach(() => say('before each'));
      afterEach(() => say('after each'));
      // Longer than Vitest waits before it sends the results of tests.
      afterAll(() => runCommand('sleep', ['0.5'], { title: 'after all' }));
      test('side by side', async ({ lab }) => {
        // Side by side; a step is recorded at its end, and the second one ends last.
        const one = activity('stage', 'one', async () => { await say('one first'); await say('one second'); });
        const two = activity('stage', 'two', async () => { await say('two first'); await one; await say('two second'); });
        await Promise.all([one, two]);
        await attach('network inspect', { driver: 'overlay' });
      });`,
    },
    { rebuild: true },
  );
}, 120_000);

test('work of the harness in hooks, fixtures and parallel code becomes steps of the test', () => {
  expect(run.lastLine, run.output).toBe('1 passed, 0 failed');
  const { steps, labels } = run.result('side by side');
  const outline = steps?.map(({ name, steps: inner = [] }) => [
    name,
    ...inner.map((step) => step.name),
  ]);
  expect(outline).toEqual([
    ['before all'],
    ['before each'],
    ['fixture up'],
    ['one', 'one first', 'one second'],
    ['two', 'two first', 'two second'],
    ['network inspect'],
    ['after each'],
    ['fixture down'],
    ['after all'],
  ]);
  expect(labels).toContainEqual({ name: 'epic', value: 'Tutorial on seed' });
  expect(labels).toContainEqual({ name: 'feature', value: 'Car endpoint' });
});

test('the report describes the system of the run', () => {
  const environment = run.attachment('environment.properties');
  expect(environment).toMatch(/^system=\S/m);
  expect(environment).toMatch(/^kernel=Linux \d/m);
  expect(environment).toContain(`node=${process.version}`);
});

test('an overview of a successful run says so, and links no empty page', () => {
  expect(run.overview).toMatch(
    /^✔ 1 of 1 test passed In [\d.]+ s\. Changes No earlier run to compare with/,
  );
  expect(run.overview).not.toContain('Categories :');
  // Before Allure's own page, by a script that exists.
  expect(run.report.indexOf('<section id="overview"')).toBeLessThan(
    run.report.indexOf('<div id="app">'),
  );
  expect(run.report).toContain("document.getElementById('overview')");
});

test('overlay-e2e report builds it again and does not count the run twice', () => {
  expect(run.rebuilt).toMatch(/\/allure-report\/index\.html$/);
  expect(run.history).toBe(1);
});

test('the report is one file that loads nothing from elsewhere, and forbids it', () => {
  // A link loads nothing until someone follows it.
  const report = run.report.replaceAll(/<a href="[^"]*"/g, '<a');
  const attributes = report.matchAll(
    /\s(?:src|srcset|href|data|poster|action)\s*=\s*["']?([^"'\s>]*)/g,
  );
  const loaded = [...attributes].map(([, address = '']) => address);
  expect(loaded.length).toBeGreaterThan(0);
  expect(loaded.filter((address) => !address.startsWith('data:'))).toEqual([]);
  // Styles are part of the page, or of the script in it.
  const scripts = [...run.data].filter(([name]) => name.endsWith('.js'));
  expect(scripts).toHaveLength(1);
  const styled = [report, ...scripts.map(([, content]) => content.toString())];
  expect(styled.join('')).toContain('@font-face');
  const fetched = styled.flatMap(
    (text) => text.match(/@import\s*["'u]|url\(\s*\\?["']?(?:https?:)?\/\/[^)]*\)/g) ?? [],
  );
  expect(fetched).toEqual([]);
  expect(report).not.toContain('googletagmanager');

  // The text does not show requests of running scripts; the policy makes the browser refuse them.
  const [before = '', after = ''] = report.split(
    '<meta http-equiv="Content-Security-Policy" content="',
  );
  // Before anything that could load: a policy applies to the content after it.
  expect(before).not.toMatch(/<(?!!DOCTYPE|html|head)/);
  const [policy = ''] = after.split('"');
  const sources = policy.split('; ').map((directive) => directive.split(' '));
  expect(sources[0]).toEqual(['default-src', "'none'"]);
  const inside = ["'none'", "'unsafe-inline'", 'data:', 'blob:'];
  expect(sources.flatMap(([, ...from]) => from).filter((one) => !inside.includes(one))).toEqual([]);
});
