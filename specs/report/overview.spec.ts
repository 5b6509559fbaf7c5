import { beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { runSmall, type SmallRun } from './small-run.ts';

const specs = (...tests: string[]) => ({
  'specs/demo/a.spec.ts': `import { expect, test } from 'vitest'; ${tests.join('\n')}`,
});
const passes = (name: string) => `test('${name}', () => {});`;
const fails = (name: string) => `test('${name}', () => expect(1).toBe(2));`;
const loses = `test('has every entry', () => expect.fail('forwarding-entry-missing: worker-host has none for 10.0.9.3'));`;

const shown = z.looseObject({
  name: z.string(),
  flaky: z.boolean(),
  transition: z.string().optional(),
  resolution: z.string().optional(),
  links: z.array(z.looseObject({ url: z.string() })),
  history: z.array(z.looseObject({ status: z.string() })),
});

describe('The third of three runs', () => {
  let run: SmallRun;
  const result = (name: string) =>
    [...run.data]
      .filter(([file]) => file.startsWith('data/test-results/'))
      .map(([, content]) => shown.parse(JSON.parse(content.toString())))
      .find((one) => one.name === name);

  beforeAll(async () => {
    run = await runSmall(
      specs(
        passes('stays'),
        fails('breaks'),
        fails('comes and goes'),
        passes('is repaired'),
        passes('is new'),
        `test('cannot be here', ({ skip }) => skip('this kernel has no IPVS'));`,
        loses,
      ),
      {
        before: [
          specs(
            passes('stays'),
            passes('breaks'),
            fails('comes and goes'),
            fails('is repaired'),
            passes('goes'),
            passes('cannot be here'),
            passes('has every entry'),
          ),
          specs(
            passes('stays'),
            passes('breaks'),
            passes('comes and goes'),
            fails('is repaired'),
            passes('goes'),
            passes('cannot be here'),
            loses,
          ),
        ],
      },
    );
  }, 300_000);

  test('begins with the cause, the counts, and the results of earlier runs', () => {
    expect(run.overview, run.output).toMatch(
      /^✖ forwarding-entry-missing: A host has no forwarding entry for a container 3 tests failed, 3 of 7 tests passed, 1 skipped, each with its reason, in [\d.]+ s\. Last runs: ✖ ✖ ✖ /,
    );
    expect(run.lastLine).toBe('3 passed, 3 failed, 1 skipped');
  });

  test('names the finding, its meaning and its first occurrence', () => {
    expect(run.overview).toContain(
      '✖ the cluster has 1 finding forwarding-entry-missing A host has no forwarding entry for a container. About forwarding-entry-missing',
    );
    // The page itself, because the report may be read without the project.
    expect(run.overview).toContain(
      'About forwarding-entry-missing forwarding-entry-missing : A host',
    );
    expect(run.report).not.toContain('file://');
    expect(run.overview).toMatch(
      /has every entry Demo: A failing for 2 runs, since \d.* known: moby\/moby#52661 forwarding-entry-missing: worker-host has none/,
    );
    expect(run.overview).toMatch(
      /✖ The cluster did not behave as the spec expects breaks Demo: A failed now, passed before expected 1 to be 2/,
    );
  });

  test('lists the changes since the previous run, and nothing else', () => {
    const [, changes = ''] = /Changes since the run of (.*?) Environments/.exec(run.overview) ?? [];
    expect(changes.replace(/^\d+ \w+, [\d:]+ /, '')).toBe(
      '✖ 2 newly failing ✔ 1 fixed is repaired Demo: A + 1 new is new Demo: A − 1 gone goes Demo: A ○ 1 skipped now cannot be here Demo: A',
    );
  });

  test('lists every test that did not run under its reason', () => {
    expect(run.overview).toMatch(/Why 1 spec did not run this kernel has no IPVS Demo: A /);
  });

  test('marks only tests with alternating results as flaky, with their history', () => {
    expect(result('comes and goes')).toMatchObject({
      flaky: true,
      transition: 'regressed',
      history: [{ status: 'passed' }, { status: 'failed' }],
    });
    expect(run.overview).toContain(
      'comes and goes Demo: A failed now, passed before flaky: alternates between pass and fail',
    );
    expect(['breaks', 'stays', 'has every entry'].map((name) => result(name)?.flaky)).toEqual([
      false,
      false,
      false,
    ]);
  });

  test('distinguishes failures of a known issue, with a link to it', () => {
    const issue = 'https://github.com/moby/moby/issues/52661';
    expect(result('has every entry')?.resolution).toBe('issue');
    expect(result('has every entry')?.links.map(({ url }) => url)).toContain(issue);
    expect(result('breaks')?.resolution).toBeUndefined();
    expect(run.report).toContain(`href="${issue}"`);
  });

  test('puts each failure into a category', () => {
    const { nodes } = z
      .object({
        nodes: z.record(z.string(), z.looseObject({ type: z.string(), name: z.string() })),
      })
      .parse(JSON.parse(run.data.get('widgets/categories.json')?.toString() ?? ''));
    const names = Object.values(nodes).flatMap((one) => (one.type === 'category' ? one.name : []));
    expect(names.toSorted()).toEqual([
      'Cluster finding: forwarding-entry-missing: A host has no forwarding entry for a container',
      'Not run, by reason',
      'The cluster did not behave as the spec expects',
    ]);
  });
});
