import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';

const root = join(import.meta.dirname, '../../..');
const files = globSync('.github/workflows/*.{yml,yaml}', { cwd: root });

const image = z.union([z.string(), z.object({ image: z.string() })]);
const workflow = z.object({
  jobs: z.record(
    z.string(),
    z.object({
      container: image.optional(),
      services: z.record(z.string(), image).optional(),
      steps: z.array(
        z.object({
          uses: z.string().optional(),
          if: z.string().optional(),
          with: z.record(z.string(), z.unknown()).optional(),
        }),
      ),
    }),
  ),
});

describe.each(files)('%s', (file) => {
  const text = readFileSync(join(root, file), 'utf8');
  const jobs = Object.values(workflow.parse(parse(text)).jobs);
  const steps = jobs.flatMap((job) => job.steps);

  test('pins each action by its commit, and names the version', () => {
    const lines = text.split('\n').filter((line) => /^\s*(?:- )?uses:/.test(line));
    expect(lines.length).toBeGreaterThan(0);
    const loose = lines.filter((line) => !/uses: [\w/-]+@[\da-f]{40} # v\d+\.\d+\.\d+$/.test(line));
    expect(loose).toEqual([]);
  });

  test('pins each image by its digest', () => {
    const images = jobs
      .flatMap(({ container, services }) => [container ?? [], ...Object.values(services ?? {})])
      .flat()
      .map((one) => (typeof one === 'string' ? one : one.image));
    expect(images.filter((one) => !/@sha256:[\da-f]{64}$/.test(one))).toEqual([]);
  });

  test('keeps no credentials of a checkout', () => {
    const checkouts = steps.filter(({ uses }) => uses?.startsWith('actions/checkout@'));
    const kept = checkouts.filter((step) => step.with?.['persist-credentials'] !== false);
    expect(kept).toEqual([]);
  });
});

test('only a push to main keeps engines and tools that root runs in later runs', () => {
  const text = readFileSync(join(root, '.github/workflows/push.yml'), 'utf8');
  const { jobs } = workflow.parse(parse(text));
  const caching = Object.values(jobs).flatMap((job) =>
    job.steps.filter(({ uses }) => /^actions\/cache(?:\/save)?@/.test(uses ?? '')),
  );
  expect(caching.map((step) => step.if)).toEqual([
    expect.stringContaining("github.event_name == 'push' && github.ref == 'refs/heads/main'"),
  ]);
});

test('npm ci runs no install scripts of packages', () => {
  expect(readFileSync(join(root, '.npmrc'), 'utf8')).toMatch(/^ignore-scripts=true$/m);
});
